# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What each operator of the model costs on the device, from the marks that the firmware sets.

Needs a firmware that was built with --profile. A layer is an operator of the model, by its index.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict

from mcugen.device.client import Client
from mcugen.errors import DeviceError
from mcugen.model.cost import macs
from mcugen.model.ir import Graph
from mcugen.protocol import Profile
from mcugen.records import LayerRecord

PROFILED = 10
"""Inferences whose layers are measured, unless more are asked for."""
MOST_PROFILED = 100


def measure_layers(
    client: Client, graph: Graph | None, unit: str, repeats: int = PROFILED
) -> tuple[LayerRecord, ...]:
    """A record per operator that has code of its own, in the order of the model, on the last window.

    `graph`: the model that the engine runs; None for one that an NPU's compiler made. DeviceError for a
    firmware without marks, and for layers that the model does not have.
    """
    samples: dict[int, list[float]] = defaultdict(list)
    for _ in range(repeats):
        for layer, ticks in ticks_by_layer(client.profile()).items():
            samples[layer].append(ticks)
    return tuple(_record(graph, layer, ticks, unit) for layer, ticks in sorted(samples.items()))


def ticks_by_layer(profile: Profile) -> dict[int, float]:
    """The intervals of each layer together, without what their marks cost."""
    ticks = Counter[int]()
    marks = Counter[int]()
    for layer, interval in profile.intervals:
        ticks[layer] += interval
        marks[layer] += 1
    return {
        layer: max(ticks[layer] - marks[layer] * profile.mark_ticks, 0.0) for layer in sorted(ticks)
    }


def _record(graph: Graph | None, layer: int, ticks: list[float], unit: str) -> LayerRecord:
    op = next((op for op in graph.file_ops if op.index == layer), None) if graph else None
    if graph is not None and op is None:
        raise DeviceError(
            f"the device has a layer {layer}, the model has not", hint="flash this build"
        )
    outputs = graph.output_tensors(op) if graph is not None and op is not None else ()
    return LayerRecord(
        layer=layer,
        operator=op.kind if op is not None else "operator of the NPU's model",
        tensor=outputs[0].name if outputs else "",
        unit=unit,
        count=len(ticks),
        minimum=min(ticks),
        median=statistics.median(ticks),
        maximum=max(ticks),
        macs=macs(graph, op) if graph is not None and op is not None else None,
        samples=tuple(ticks),
    )
