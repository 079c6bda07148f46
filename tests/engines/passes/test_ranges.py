# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Ranges hold every value that TFLite Micro computes; of single operators they are its extremes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.passes import ranges as ranges_module
from mcugen.engines.passes.lookups import lookups_of
from mcugen.engines.passes.ranges import Range, ranges
from mcugen.model.ir import Graph, Op
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.passes.planted import adversarial_inputs, planted_network
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

VALUES = np.arange(-128, 128).astype(np.int8)
QUANT = (0.02, -9)
BOUNDS = ((-60, -20), (-40, 90), (-9, 30), (-11, -8))
PAIRS = ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
CURVES = ("PRELU", "ABS", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "TANH", "RELU", "QUANTIZE")
QUANTS = {
    **dict.fromkeys(("MAXIMUM", "MINIMUM"), QUANT),
    "LOGISTIC": (1 / 256, -128),
    "TANH": (1 / 128, 0),
}
"""Of outputs that may not have any scale."""


def all_operators(a: tuple[int, int], b: tuple[int, int]) -> bytes:
    """Of all pairs of int8 values, clamped to `a` and `b`; outputs are those of PAIRS and CURVES."""
    tensors: list[TensorSpec] = []

    def add(*shape: int, data: int | None = None, quant: tuple[float, int] = QUANT) -> int:
        value = None if data is None else np.full(shape, data, np.int8)
        tensors.append(TensorSpec(shape, "int8", *quant, data=value))
        return len(tensors) - 1

    ops: list[OpSpec] = []
    given = [add(256, 1, 1), add(1, 256, 1)]
    ends = []
    for index, (low, high) in zip(given, (a, b), strict=True):
        shape, last = tensors[index].shape, index
        for clamp, bound in (("MAXIMUM", low), ("MINIMUM", high)):
            ops.append(OpSpec(clamp, [last, add(1, data=bound)], [last := add(*shape)]))
        ends.append(last)
    for kind in PAIRS:
        out = add(256, 256, 1, quant=QUANTS.get(kind, (0.03, 4)))
        ops.append(OpSpec(kind, ends, [out], {}, 2))
    for kind in CURVES:
        options = {"alpha": -0.7} if kind == "LEAKY_RELU" else {}
        slopes = [add(1, data=-128, quant=(0.02, 3))] if kind == "PRELU" else []
        out = add(256, 1, 1, quant=QUANTS.get(kind, (0.013, 4)))
        ops.append(OpSpec(kind, [ends[0], *slopes], [out], options, 2))
    return model_bytes(tensors, ops, given, [op.outputs[0] for op in ops[4:]])


Extremes = dict[str, tuple[int, int]]


@pytest.fixture(scope="module", params=range(len(BOUNDS)))
def reached(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Graph, Extremes]:
    """A graph, and the smallest and largest output of each of its operators over all inputs."""
    path = tmp_path_factory.mktemp("all") / "m.tflite"
    path.write_bytes(all_operators(BOUNDS[request.param], BOUNDS[request.param - 1]))
    every = [VALUES.reshape(1, 256, 1, 1), VALUES.reshape(1, 1, 256, 1)]
    with open_reference(path) as reference:
        found = zip((*PAIRS, *CURVES), reference.run(every), strict=True)
        return reference.graph, {kind: (int(y.min()), int(y.max())) for kind, y in found}


def bounds(graph: Graph) -> Extremes:
    known = ranges(graph)
    ends = zip((*PAIRS, *CURVES), graph.outputs, strict=True)
    return {kind: (int(known[i].low[0]), int(known[i].high[0])) for kind, i in ends}


def test_ranges_are_what_operators_reach(reached: tuple[Graph, Extremes]) -> None:
    graph, extremes = reached
    assert bounds(graph) == extremes


def at_ends(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range:
    """As if functions were monotone."""
    x, table = found[op.inputs[0]], lookups_of(graph, op)["double"]
    both = [table[end + 128].astype(np.int64) for end in (x.low, x.high)]
    return Range(np.minimum(*both), np.maximum(*both))


BREAKS = {
    "SUB": ranges_module._monotone,
    "MUL": ranges_module._monotone,
    "PRELU": ranges_module._monotone,
    "ABS": at_ends,
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_rule_that_takes_them_for_monotone_shows(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = parse_tflite(all_operators((-60, 90), (-60, 90)), "m")
    right = bounds(graph)[kind]
    monkeypatch.setitem(ranges_module._RULES, kind, BREAKS[kind])  # type: ignore[arg-type]
    low, high = bounds(graph)[kind]
    assert right[0] < low or high < right[1]


@pytest.mark.parametrize("seed", range(2))
def test_every_layer_stays_within_its_range(seed: int, tmp_path: Path) -> None:
    model = planted_network(seed)
    (tmp_path / "m.tflite").write_bytes(model)
    graph = parse_tflite(model, "planted")
    weights = graph.tensors[graph.ops[0].inputs[1]].data
    assert weights is not None
    inputs = adversarial_inputs(weights, graph.tensors[graph.inputs[0]].shape, seed)
    layers = [index for op in graph.ops for index in op.outputs]
    with open_reference(tmp_path / "m.tflite") as reference:
        values = reference.run([inputs], tensors=layers)[len(graph.outputs) :]
    for index, layer in zip(layers, values, strict=True):
        known, rows = ranges(graph)[index], layer.reshape(-1, layer.shape[-1])
        assert (known.low <= rows.min(axis=0)).all(), index
        assert (rows.max(axis=0) <= known.high).all(), index
