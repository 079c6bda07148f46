# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""int16x8: convolutions, FULLY_CONNECTED, pooling and curves of int16 equal TFLite Micro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.ops.test_arithmetic import different, of, vectors_for
from tests.engines.vectors import Layer, Vectors, problems_of, random_models
from tests.tflite_writer import TensorSpec

Shape = tuple[int, ...]
X_SCALE, OUT_SCALE = 0.0005, 0.002


def bias_of(kind: str | None, channels: int, random: np.random.Generator) -> list[TensorSpec]:
    if kind is None:
        return []
    values = random.integers(-20000, 20000, channels).astype(kind)
    return [TensorSpec((channels,), kind, 1e-5, data=values)]


def weights_of(
    shape: Shape, axis: int, per_channel: bool, random: np.random.Generator
) -> TensorSpec:
    data = random.integers(-127, 128, shape).astype(np.int8)
    scales: Any = random.uniform(0.001, 0.02, shape[axis]) if per_channel else 0.01
    return TensorSpec(shape, "int8", scales, axis=axis, data=data)


def conv(
    kind: str, x: Shape, weights: Shape, stride: int = 1, padding: str = "SAME", dilation: int = 1,
    *, bias: str | None = "int64", per_channel: bool = True, activation: str = "NONE",
) -> Layer:  # fmt: skip
    random = np.random.default_rng(sum(x) + sum(weights))
    axis = 3 if kind == "DEPTHWISE_CONV_2D" else 0
    reach = [(n - 1) * dilation + 1 for n in weights[1:3]]
    room = [n if padding == "SAME" else n - r + 1 for n, r in zip(x[1:3], reach, strict=True)]
    out = (x[0], *(-(-n // stride) for n in room), weights[axis])
    options: dict[str, Any] = {
        "stride_w": stride, "stride_h": stride, "padding": padding,
        "dilation_w_factor": dilation, "dilation_h_factor": dilation,
        "fused_activation_function": activation,
    }  # fmt: skip
    if kind == "DEPTHWISE_CONV_2D":
        options["depth_multiplier"] = weights[3] // x[3]
    given = [
        TensorSpec(x, "int16", X_SCALE),
        weights_of(weights, axis, per_channel, random),
        *bias_of(bias, weights[axis], random),
    ]
    return Layer(kind, given, [TensorSpec(out, "int16", OUT_SCALE)], options, 5)


def transposed(x: Shape, weights: Shape, out: Shape, stride: int, padding: str = "SAME") -> Layer:
    random = np.random.default_rng(sum(x))
    given = [
        TensorSpec((4,), "int32", data=np.array(out, np.int32)),
        weights_of(weights, 0, True, random),
        TensorSpec(x, "int16", X_SCALE),
        *bias_of("int64", out[3], random),
    ]
    options = {"stride_w": stride, "stride_h": stride, "padding": padding}
    return Layer("TRANSPOSE_CONV", given, [TensorSpec(out, "int16", OUT_SCALE)], options, 3)


def dense(
    rows: int, columns: int, *, batch: int = 2, bias: str | None = "int64",
    per_channel: bool = False, activation: str = "NONE",
) -> Layer:  # fmt: skip
    random = np.random.default_rng(rows * columns)
    given = [
        TensorSpec((batch, columns), "int16", X_SCALE),
        weights_of((rows, columns), 0, per_channel, random),
        *bias_of(bias, rows, random),
    ]
    out = TensorSpec((batch, rows), "int16", OUT_SCALE)
    return Layer("FULLY_CONNECTED", given, [out], {"fused_activation_function": activation}, 11)


def unary(kind: str, x: float, out: float, **options: Any) -> Layer:
    shape = (4, 50)
    given, made = TensorSpec(shape, "int16", x), TensorSpec(shape, "int16", out)
    return Layer(kind, [given], [made], options)


def pool(kind: str, x: Shape, size: int, stride: int, padding: str, activation: str) -> Layer:
    room = [n if padding == "SAME" else n - size + 1 for n in x[1:3]]
    out = (x[0], *(-(-n // stride) for n in room), x[3])
    options = {
        "filter_width": size, "filter_height": size, "stride_w": stride, "stride_h": stride,
        "padding": padding, "fused_activation_function": activation,
    }  # fmt: skip
    given, made = TensorSpec(x, "int16", X_SCALE), TensorSpec(out, "int16", X_SCALE)
    return Layer(kind, [given], [made], options)


def joined(shape: Shape, dtype: str, axis: int) -> Layer:
    made = tuple(2 * n if a == axis else n for a, n in enumerate(shape))
    given = [of(shape, dtype, (X_SCALE, 0))] * 2
    return Layer("CONCATENATION", given, [of(made, dtype, (X_SCALE, 0))], {"axis": axis})


PADDINGS = np.array([[0, 0], [1, 2], [3, 0]], np.int32)
CONV, DEPTHWISE = "CONV_2D", "DEPTHWISE_CONV_2D"
LAYERS = (
    conv(CONV, (1, 7, 6, 3), (5, 3, 3, 3)),
    conv(CONV, (2, 7, 6, 3), (5, 3, 2, 3), 2, "VALID"),
    conv(CONV, (1, 9, 9, 2), (3, 3, 3, 2), 1, "SAME", 2),
    conv(CONV, (1, 5, 5, 6), (4, 3, 3, 3)),
    *(conv(CONV, (1, 5, 4, 3), (5, 3, 3, 3), bias=bias, per_channel=each)
      for bias in (None, "int32", "int64") for each in (False, True)),
    *(conv(CONV, (1, 4, 4, 2), (3, 1, 1, 2), activation=a, bias="int64")
      for a in ("RELU", "RELU6", "RELU_N1_TO_1")),
    conv(DEPTHWISE, (1, 7, 6, 3), (1, 3, 3, 3)),
    conv(DEPTHWISE, (1, 7, 6, 2), (1, 2, 3, 6), 2, "VALID"),
    conv(DEPTHWISE, (1, 8, 8, 4), (1, 3, 3, 4), 1, "SAME", 2, bias=None),
    transposed((1, 4, 3, 2), (3, 3, 3, 2), (1, 8, 6, 3), 2),
    transposed((1, 1, 5, 4), (2, 1, 8, 4), (1, 1, 20, 2), 4),
    transposed((1, 3, 3, 2), (2, 2, 2, 2), (1, 6, 6, 2), 2, "VALID"),
    *(dense(5, 33, bias=bias, per_channel=each)
      for bias in (None, "int32", "int64") for each in (False, True)),
    dense(3, 8, activation="RELU"),
    *(unary("LEAKY_RELU", 0.001, out, alpha=alpha) for out in (0.001, 0.0007, 0.004)
      for alpha in (0.3, 1.5, -0.2)),
    *(unary("RELU", 0.001, out) for out in (0.001, 0.0007, 0.004)),
    *(unary("LEAKY_RELU", 0.063, 0.1232, alpha=a) for a in (0.3, 1.17)),  # see TIES in test_unary.py
    *(pool(kind, (2, 7, 6, 3), 3, 2, padding, activation)
      for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D") for padding in ("SAME", "VALID")
      for activation in ("NONE", "RELU")),
    *(Layer(kind, [TensorSpec((600,), "int16", scale)], [TensorSpec((600,), "int16", 2**-15)])
      for kind in ("LOGISTIC", "TANH") for scale in (2**-12, 0.0003, 1e-5, 0.002)),
    *(joined((2, 3, 4), dtype, axis) for dtype in ("int16", "int32", "int64", "float32", "bool")
      for axis in (0, 2)),
    Layer("PAD", [TensorSpec((2, 3, 4), "int16", 0.1), TensorSpec((3, 2), "int32", data=PADDINGS)],
          [TensorSpec((2, 6, 7), "int16", 0.1)]),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_for(LAYERS, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not different(edges, tmp_path, LAYERS, on=on)


BREAKS = (
    ("(1 << 15)) >> 16", "(1 << 14)) >> 16"),
    ("at + pad - k", "at + pad + k"),
    ("f->out_channels / layer->groups) * depth", "f->out_channels / layer->groups) * 0"),
    ("k * dilation", "k * (dilation & 1)"),
    ("layer->below_sign * ", ""),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    file = "requantize.h" if ">> 16" in broken[0] else "linear_s16.c"
    patch = (f"runtime/kernels/{file}", *broken)
    assert different(edges, tmp_path, LAYERS, patch=patch)


@random_models
@given(data=st.data())
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    draw = lambda low, high: data.draw(st.integers(low, high))  # noqa: E731
    layers = []
    for _ in range(15):
        h, w, c, o = draw(4, 9), draw(4, 9), draw(1, 5), draw(1, 5)
        k, stride, dilation = draw(1, 3), draw(1, 2), draw(1, 2)
        padding = data.draw(st.sampled_from(["SAME", "VALID"]))
        bias = data.draw(st.sampled_from([None, "int32", "int64"]))
        if (k - 1) * dilation + 1 <= min(h, w):
            layers.append(
                conv(CONV, (1, h, w, c), (o, k, k, c), stride, padding, dilation, bias=bias)
            )
            wide = None if bias is None else "int64"
            layers.append(
                conv(DEPTHWISE, (1, h, w, c), (1, k, k, 2 * c), stride, padding, bias=wide)
            )
        layers.append(dense(o, 4 * c, bias=bias, per_channel=data.draw(st.booleans())))
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_for(tuple(layers), folder, seed=5)
    assert not different(vectors, folder, tuple(layers))


X = TensorSpec((1, 4, 4, 2), "int16", X_SCALE)


def with_tensors(layer: Layer, given: list[TensorSpec], out: TensorSpec | None = None) -> Layer:
    made = list(layer.outputs) if out is None else [out]
    return Layer(layer.kind, [*given, *layer.inputs[len(given) :]], made, layer.options, 5)


GOOD = conv(CONV, (1, 4, 4, 2), (3, 3, 3, 2))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (with_tensors(GOOD, [TensorSpec((1, 4, 4, 2), "int16", X_SCALE, 3)]), "zero point other"),
        (with_tensors(GOOD, [X], TensorSpec((1, 4, 4, 3), "int8", 0.1)), "int16 to int8"),
        (with_tensors(GOOD, [X], TensorSpec((1, 4, 4, 3), "int16", 1e-12)), "does not fit"),
        (with_tensors(GOOD, [TensorSpec((1, 4, 4, 5), "int16", X_SCALE)]), "do not fit"),
        (with_tensors(GOOD, [X, TensorSpec((3, 3, 3, 2), "int8", 0.1)]), "run time"),
    ],
)
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert problems_of(GOOD) == []
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
