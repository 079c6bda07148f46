# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of MLPerf Tiny that a firmware can answer for, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mcugen.errors import ConfigError
from mcugen.features.spec import PRESETS, FrontEnd
from mcugen.model.ir import Graph

ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a model must be like to run as a benchmark. Source: mlcommons/tiny, MLPerfTiny_Rules.adoc."""

    preset: str  # of features.spec.PRESETS
    outputs: int
    score: str
    metric: str  # "top-1" or "AUC"
    target: float  # the least value of the closed division


BENCHMARKS = {
    "ad01": Benchmark("mlperf-ad", 640, "reconstruction-error", "AUC", 0.85),
    "kws01": Benchmark("mlperf-kws", 12, "none", "top-1", 0.90),
    "ic01": Benchmark("mlperf-ic", 10, "none", "top-1", 0.85),
    "vww01": Benchmark("mlperf-vww", 2, "none", "top-1", 0.80),
}
"""Id as the official runner knows it -> benchmark. runtime/mlperf.c prints results by the same ids."""


def mlperf_id(chosen: str, graph: Graph, front_end: FrontEnd, score: str) -> str:
    """The id a firmware gives the runner: the chosen one, the benchmark it is made as, or the model.

    Raises ConfigError, with all reasons, for a benchmark that this model cannot run as, and for a
    name that would not survive the text dialect.
    """
    if not chosen:
        made_as = (
            name
            for name, benchmark in BENCHMARKS.items()
            if front_end == PRESETS[benchmark.preset]
            and not _faults(benchmark, graph, front_end, score)
        )
        return next(made_as, graph.name)
    if not ID.fullmatch(chosen):
        raise ConfigError(
            f"MLPerf id {chosen!r} is not 1 to 40 letters, digits, '_', '.' or '-'",
            hint=f"the official ids are {', '.join(BENCHMARKS)}",
        )
    if chosen in BENCHMARKS:
        benchmark = BENCHMARKS[chosen]
        faults = _faults(benchmark, graph, front_end, score)
        if faults:
            raise ConfigError(
                f"{graph.name} cannot run as {chosen}: {'; '.join(faults)}",
                hint=f"--front-end {benchmark.preset} --score {benchmark.score}, or another id",
            )
    return chosen


def _faults(benchmark: Benchmark, graph: Graph, front_end: FrontEnd, score: str) -> list[str]:
    preset = PRESETS[benchmark.preset]
    taken, sent = graph.tensors[graph.inputs[0]].elements, preset.window_rows * preset.row_values
    outputs = graph.tensors[graph.outputs[0]].elements
    checks = (
        (taken == sent, f"it takes {taken} values, not {sent}"),
        (outputs == benchmark.outputs, f"it gives {outputs} values, not {benchmark.outputs}"),
        (score == benchmark.score, f"its score is {score}, not {benchmark.score}"),
        # Only a front-end for images turns the pixels that the runner sends into int8.
        (
            front_end.kind == preset.kind or "image" not in (front_end.kind, preset.kind),
            f"its front-end is {front_end.kind}, not {preset.kind}",
        ),
    )
    return [text for holds, text in checks if not holds]
