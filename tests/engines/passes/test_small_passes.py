# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators that copy, clamps that cannot bite, PAD before convolutions: gone, with the same outputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.prune import prune
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import OPTIONS, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

SIDE, DEPTH, CHANNELS = 6, 4, 8
UNDILATED = {"dilation_w_factor": 1, "dilation_h_factor": 1}
CONV = {"padding": "SAME", "stride_h": 1, "stride_w": 1, **UNDILATED}


def network(scale: float = 0.05, factor: float = 0.05, widen: int = 0) -> bytes:
    """QUANTIZE to the same scale, PAD, CONV_2D with RELU6 (whose bound is at `6 / scale` steps), RELU.

    `factor` is the scale of the weights; QUANTIZE changes the zero point by `widen`.
    """
    rng = np.random.default_rng(0)
    weights = rng.integers(-127, 128, (CHANNELS, 3, 3, DEPTH)).astype(np.int8)
    image = TensorSpec((1, SIDE, SIDE, DEPTH), "int8", 0.05, -7)
    made = TensorSpec((1, SIDE, SIDE, CHANNELS), "int8", scale, -128)
    tensors = [
        image,
        replace(image, zero_points=-7 + widen),
        TensorSpec((4, 2), "int32", data=np.array([[0, 0], [2, 1], [1, 0], [0, 0]], np.int32)),
        TensorSpec((1, SIDE + 3, SIDE + 1, DEPTH), "int8", 0.05, -7 + widen),
        TensorSpec(weights.shape, "int8", [factor] * CHANNELS, data=weights),
        TensorSpec(
            (CHANNELS,), "int32", [0.05 * factor] * CHANNELS, data=np.zeros(CHANNELS, np.int32)
        ),
        replace(made, shape=(1, SIDE + 1, SIDE - 1, CHANNELS)),
        replace(made, shape=(1, SIDE + 1, SIDE - 1, CHANNELS)),
        TensorSpec((1, SIDE + 1, SIDE - 1, CHANNELS), "int8", 1 / 256, -128),
    ]
    options = {**CONV, "padding": "VALID", "fused_activation_function": "RELU6"}
    ops = [
        OpSpec("QUANTIZE", [0], [1], {}, 2),
        OpSpec("PAD", [1, 2], [3], {}, 2),
        OpSpec("CONV_2D", [3, 4, 5], [6], options, 3),
        OpSpec("RELU", [6], [7], {}, 2),
        OpSpec("LOGISTIC", [7], [8], {}, 2),
    ]
    return model_bytes(tensors, ops, [0], [8])


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in graph.ops]


def test_all_of_them_go() -> None:
    graph = parse_tflite(network(scale=0.03, factor=0.00001), "small")
    done = prune(graph, EngineOptions())
    assert kinds(done.graph) == ["CONV_2D", "LOGISTIC"]
    assert {(r.kind, r.what) for r in done.removals} == {
        ("QUANTIZE", "the operator"),
        ("RELU", "the operator"),
        ("CONV_2D", "the activation RELU6"),
        ("PAD", "the operator"),
    }


def test_what_does_something_stays() -> None:
    graph = parse_tflite(network(scale=0.05, factor=0.05, widen=1), "small")
    done = prune(graph, EngineOptions())
    assert kinds(done.graph) == ["QUANTIZE", "CONV_2D", "LOGISTIC"]
    assert done.graph.ops[1].options["fused_activation_function"] == "RELU6"


def test_observed_graphs_keep_the_tensor_that_pad_makes() -> None:
    graph = parse_tflite(network(), "small")
    assert "PAD" in kinds(prune(graph, EngineOptions(per_layer=True)).graph)


@pytest.mark.parametrize("name", ["portable", "dsp-speed"])
@pytest.mark.parametrize(
    "model", [network(0.03, 0.00001), network(0.05, 0.05, widen=1), network(0.05, 0.0005)]
)
def test_outputs_are_those_of_the_reference(name: str, model: bytes, tmp_path: Path) -> None:
    assert not any(differences(vectors_of(model, tmp_path, ["double"]), OPTIONS[name], tmp_path))


def test_layers_are_shown_although_they_are_gone(tmp_path: Path) -> None:
    vectors = vectors_of(network(0.03, 0.00001), tmp_path, ["double"])
    options = replace(OPTIONS["portable"], per_layer=True)
    layers = build(vectors.graph, options, tmp_path / "c").run(*vectors.inputs).layers
    assert len(layers) == 5
    assert np.array_equal(layers[0][0], vectors.inputs[0])
    assert np.array_equal(layers[2][0], layers[3][0])
