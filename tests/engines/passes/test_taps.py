# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Taps whose weights are all 0 go, those of a single 1 stay, and no output changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes import taps
from mcugen.engines.passes.prune import prune
from mcugen.model.ir import Graph, Op
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Layer, Vectors, differences, model_of, vectors_of
from tests.tflite_writer import TensorSpec

LAYERS = 60


def sparse(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Weights [channels, height, width, depth] with rows and columns of zeros; often one of them has a
    single 1."""
    data = rng.integers(-127, 128, shape)
    for axis in (1, 2):
        size = shape[axis]
        kept = rng.random(size) < 0.5
        if rng.random() < 0.3:
            kept = np.arange(size) % 2 == rng.integers(2)
        kept[rng.integers(size)] = True
        data = data * np.expand_dims(kept, tuple(a for a in range(4) if a != axis))
    if rng.random() < 0.4:
        data[tuple(rng.integers(shape))] = 1
    return data.astype(np.int8)


def convolution(rng: np.random.Generator) -> Layer:
    """Any strides and dilations; an image that the filter fits into, or that is padded."""
    depthwise = bool(rng.random() < 0.5)
    depth, outputs = int(rng.choice([1, 3, 8])), int(rng.choice([4, 5]))
    outputs = depth if depthwise else outputs
    size = rng.integers(1, 6, 2)
    data = sparse(rng, (outputs, *size.tolist(), 1 if depthwise else depth))
    dilations, strides = rng.choice([1, 1, 2], 2), rng.choice([1, 1, 2], 2)
    image = (size - 1) * dilations + rng.integers(1, 7, 2)
    padding = str(rng.choice(["SAME", "VALID"]))
    room = image if padding == "SAME" else image - (size - 1) * dilations
    made = -(-room // strides)
    scales = rng.uniform(0.002, 0.006, outputs).tolist()
    bias = TensorSpec((outputs,), "int32", 1e-4, data=rng.integers(-999, 999, outputs, np.int32))
    return Layer(
        "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
        [
            TensorSpec((1, *image.tolist(), depth), "int8", 0.02, int(rng.integers(-128, 128))),
            TensorSpec(data.shape, "int8", scales, data=data)
            if not depthwise
            else TensorSpec(
                (1, *size.tolist(), outputs),
                "int8",
                scales,
                axis=3,
                data=data.transpose(3, 1, 2, 0),
            ),
            bias,
        ],
        [TensorSpec((1, *made.tolist(), outputs), "int8", 0.03, int(rng.integers(-128, 128)))],
        {
            "padding": padding,
            "stride_h": int(strides[0]),
            "stride_w": int(strides[1]),
            "dilation_h_factor": int(dilations[0]),
            "dilation_w_factor": int(dilations[1]),
            **({"depth_multiplier": 1} if depthwise else {}),
        },
    )


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    rng = np.random.default_rng(0)
    model = model_of([convolution(rng) for _ in range(LAYERS)])
    return vectors_of(model, tmp_path_factory.mktemp("layers"), ["double", "single"])


def by_size(graph: Graph, op: Op, options: EngineOptions) -> int:
    """Takes every smaller filter."""
    del options
    return graph.tensors[op.inputs[1]].elements


def removed(graph: Graph) -> list[str]:
    found = prune(graph, EngineOptions()).removals
    return [r.what for r in found if "taps" in r.what]


@pytest.mark.parametrize(
    ("name", "on"),
    [("portable", "host"), ("dsp-speed-single", "host"), ("dsp-speed", "qemu")],
)
def test_outputs_stay(
    name: str, on: str, layers: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taps, "_cost", by_size)
    assert len(removed(layers.graph)) > LAYERS / 2
    assert not any(differences(layers, OPTIONS[name], tmp_path, on=on))


def test_a_smaller_filter_is_taken_where_it_costs_less(layers: Vectors) -> None:
    before = {op.index: taps._cost(layers.graph, op, EngineOptions()) for op in layers.graph.ops}
    done = prune(layers.graph, EngineOptions()).graph
    after = {op.index: taps._cost(done, op, EngineOptions()) for op in done.ops}
    assert all(after[index] <= cost for index, cost in before.items())
    assert sum(after.values()) < 0.8 * sum(before.values())


def almost_zero(weights: np.ndarray, axis: int, most_before: int) -> taps._Taps:
    return FIND(np.where(abs(weights) == 1, 0, weights), axis, most_before)


FIND, OWN = taps._taps, taps.own_padding
BREAKS = {
    "weights of 1 count as 0": ("_taps", almost_zero),
    "rows above are still padding": ("own_padding", lambda *given: [n + 1 for n in OWN(*given)]),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_shows(
    broken: str, layers: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taps, "_cost", by_size)
    monkeypatch.setattr(taps, *BREAKS[broken])
    again = replace(layers, graph=replace(layers.graph))  # an engine lowers a graph once
    assert any(differences(again, OPTIONS["portable"], tmp_path))


def cross(weight: int) -> Graph:
    """A 3x3 filter that only sees the middle and, with `weight`, the pixel to the left."""
    data = np.zeros((4, 3, 3, 4), np.int8)
    data[:, 1, 1], data[2, 1, 0, 3] = 5, weight
    image = TensorSpec((1, 8, 8, 4), "int8", 0.02, 3)
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1}
    options |= {"dilation_h_factor": 1, "dilation_w_factor": 1}
    given = [image, TensorSpec(data.shape, "int8", 0.01, data=data), BIAS]
    return parse_tflite(model_of([Layer("CONV_2D", given, [image], options)]), "cross")


BIAS = TensorSpec((4,), "int32", 2e-4, data=np.zeros(4, np.int32))


def test_what_is_removed_is_named() -> None:
    assert removed(cross(0)) == ["3x3 taps of a filter but 1x1"]
    assert removed(cross(1)) == ["3x3 taps of a filter but 1x2"]
    (op,) = prune(cross(0), EngineOptions(prune=False)).graph.ops
    assert "dilation_h_factor" in op.options and op == cross(0).ops[0]
