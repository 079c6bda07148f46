# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a run in a mode of MLPerf Tiny gave, as text."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.device.mlperf import WINDOW_US
from mcugen.device.mlperf_run import Accuracy, Performance
from mcugen.features.benchmarks import BENCHMARKS
from mcugen.protocol import Identity


def result_lines(found: Accuracy | Performance, identity: Identity) -> Iterator[str]:
    """The figures, one a line. A device whose ticks are not time gets no throughput."""
    model_id = identity.fact("mlperf_id")
    if isinstance(found, Accuracy):
        target = target_text(model_id)
        windows = sum(file.windows for file in found.files)
        yield f"{model_id}: {len(found.files)} files, {windows} windows"
        yield f"{found.metric} {found.value:.4f}" + (f" ({target})" if target else "")
        return
    is_time = identity.ticks_per_second is not None
    unit = "s" if is_time else "nominal s"
    for window in found.windows:
        short = "" if window.is_long_enough else f": shorter than {WINDOW_US / 1e6:g} s, not valid"
        yield f"{window.iterations} inferences in {window.elapsed_us / 1e6:.3f} {unit}{short}"
    if is_time:
        yield f"median {found.median_per_second:.3f} inferences/s"
    else:
        yield (
            f"no throughput: this device counts {identity.fact('tick_unit')}, which are not times; "
            "`mcugen run --repeats` gives the count of one inference"
        )


def target_text(model_id: str) -> str:
    """What the closed division asks of a benchmark; empty for a model that is none."""
    benchmark = BENCHMARKS.get(model_id)
    return f"the closed division asks for {benchmark.target:.2f}" if benchmark else ""
