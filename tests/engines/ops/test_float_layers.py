# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""float32 layers equal TFLite Micro: sums to the bit, exp and log but for the last bits of the C library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engines.c_engine import build
from tests.engines.ops.test_arithmetic import vectors_for
from tests.engines.vectors import OPTIONS, Layer, Vectors, problems_of
from tests.tflite_writer import TensorSpec

RANDOM = np.random.default_rng(6)
LIBRARY = ("SOFTMAX", "LOG_SOFTMAX")
Shape = tuple[int, ...]


def floats(shape: Shape) -> TensorSpec:
    return TensorSpec(shape, "float32", data=RANDOM.normal(0, 1, shape).astype(np.float32))


def dense(
    rows: int, depth: int, channels: int, activation: str = "NONE", bias: bool = True
) -> Layer:
    given = [TensorSpec((rows, depth), "float32"), floats((channels, depth))]
    given += [floats((channels,))] if bias else []
    options = {"fused_activation_function": activation}
    return Layer("FULLY_CONNECTED", given, [TensorSpec((rows, channels), "float32")], options, 1)


def conv(
    kind: str, weights: Shape, *, stride: int = 1, dilation: int = 1, padding: str = "SAME",
    activation: str = "NONE", size: int = 7,
) -> Layer:  # fmt: skip
    depthwise = kind == "DEPTHWISE_CONV_2D"
    channels, depth = (weights[3], 2) if depthwise else (weights[0], weights[3])
    reach = (np.array(weights[1:3]) - 1) * dilation + 1
    room = np.array([size, size + 1]) - (0 if padding == "SAME" else reach - 1)
    height, width = (int(n) for n in -(-room // stride))
    options = {
        "padding": padding, "stride_h": stride, "stride_w": stride,
        "dilation_h_factor": dilation, "dilation_w_factor": dilation,
        "fused_activation_function": activation,
    } | ({"depth_multiplier": channels // 2} if depthwise else {})  # fmt: skip
    given = [
        TensorSpec((2, size, size + 1, depth), "float32"),
        floats(weights),
        floats((channels,)),
    ]
    return Layer(kind, given, [TensorSpec((2, height, width, channels), "float32")], options, 1)


def softmax(kind: str, shape: Shape, beta: float = 1.0) -> Layer:
    ends = [TensorSpec(shape, "float32")], [TensorSpec(shape, "float32")]
    return Layer(kind, *ends, {"beta": beta} if kind == "SOFTMAX" else {}, 1)


LAYERS = (
    *(dense(3, 17, 5, a) for a in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")),
    dense(1, 1, 1, bias=False),
    conv("CONV_2D", (4, 3, 3, 3)),
    conv("CONV_2D", (5, 2, 3, 2), stride=2, padding="VALID", activation="RELU6"),
    conv("CONV_2D", (2, 3, 3, 1), dilation=2),
    conv("DEPTHWISE_CONV_2D", (1, 3, 3, 2), activation="RELU"),
    conv("DEPTHWISE_CONV_2D", (1, 2, 3, 6), stride=2),
    *(softmax(kind, shape) for kind in LIBRARY for shape in ((1, 1), (2, 3, 10), (300,))),
    softmax("SOFTMAX", (4, 6), beta=0.5),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_for(LAYERS, tmp_path_factory.mktemp("edges"))


def different(vectors: Vectors, folder: Path, **how: object) -> list[str]:
    engine = build(vectors.graph, OPTIONS["portable"], folder, **how)  # type: ignore[arg-type]
    found = engine.run(*vectors.inputs).outputs
    return [
        f"{n} {layer.kind}"
        for n, (layer, got, wanted) in enumerate(
            zip(LAYERS, found, vectors.expected["double"], strict=True)
        )
        if not (
            np.allclose(got, wanted, rtol=2**-19, atol=2**-19)
            if layer.kind in LIBRARY
            else np.array_equal(got, wanted)
        )
    ]


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_layers_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not different(edges, tmp_path, on=on)


BREAKS = (
    ("linear_f32.c", "o / (f->out_channels / layer->groups) * depth", "0u"),
    ("linear_f32.c", "- f->pad_left", "- f->pad_left - 1"),
    ("linear_f32.c", "value < layer->low", "value < -layer->high"),
    ("softmax_f32.c", "* layer->beta", "* 1.0f"),
    ("softmax_f32.c", "logf(sum)", "logf(sum + 1.0f)"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[1])
def test_a_break_is_noticed(broken: tuple[str, str, str], edges: Vectors, tmp_path: Path) -> None:
    name, old, new = broken
    assert different(edges, tmp_path, patch=(f"runtime/kernels/{name}", old, new))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Layer("FULLY_CONNECTED", [TensorSpec((1, 4), "float32"), TensorSpec((2, 4), "float32")],
               [TensorSpec((1, 2), "float32")]), "weights must be a constant float32"),
        (Layer("FULLY_CONNECTED", [TensorSpec((1, 4), "float32"), floats((2, 4))],
               [TensorSpec((1, 2), "int8", 0.1)]), "float32 to int8"),
        (Layer("CONV_2D", [TensorSpec((1, 4, 4, 2), "float32"), floats((2, 3, 3, 2)), floats((2,))],
               [TensorSpec((1, 4, 5, 2), "float32")], {"padding": "SAME", "stride_h": 1, "stride_w": 1}),
         "does not follow"),
        (Layer("LOG_SOFTMAX", [TensorSpec((1, 4), "float32")], [TensorSpec((1, 4), "int8", 1 / 16, 127)]),
         "float32 to int8"),
    ],
)  # fmt: skip
def test_a_problem_is_named(layer: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(layer)), problems_of(layer)
