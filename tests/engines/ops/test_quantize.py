# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE equal TFLite Micro."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import (
    OPTIONS,
    Layer,
    Vectors,
    differences,
    model_of,
    problems_of,
    random_models,
    vectors_of,
)
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

Quant = tuple[float, int]
ALL = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
FLOAT = TensorSpec((256,), "float32")


def int8(quant: Quant) -> TensorSpec:
    return TensorSpec((256,), "int8", *quant)


def requantise(x: Quant, out: Quant) -> Layer:
    return Layer("QUANTIZE", [int8(x)], [int8(out)])


def quantise(out: Quant) -> Layer:
    return Layer("QUANTIZE", [FLOAT], [int8(out)])


def dequantise(x: Quant) -> Layer:
    return Layer("DEQUANTIZE", [int8(x)], [FLOAT])


QUANTS: tuple[Quant, ...] = (
    (0.1, 3),
    (0.0078125, 0),
    (1.0, -128),
    (3e-5, 127),
    (0.3, -1),
    (10.0, 5),
)
EDGES = (
    *(requantise(x, out) for x in QUANTS for out in QUANTS),
    *(quantise(out) for out in QUANTS),
    *(dequantise(x) for x in QUANTS),
)


def difficult_floats(scale: float) -> np.ndarray:
    """Halves of a step and their neighbours, both ends of the range, zeros, tiny and large ones."""
    steps = np.arange(-60, 60) / 2
    near = np.float32(steps * scale)
    values = [near[:80], np.nextafter(near, np.float32(1e9))[:80], np.nextafter(near, -near)[:80]]
    wide = np.float32([2**23, -(2**23), 1e6, -1e6, 999.5, -999.5, 128.5, 127.5])
    tiny = np.float32([0.0, -0.0, 1e-45, -1e-45, 0.49999997, -0.49999997, 1, 2])
    return np.concatenate([*values, wide * np.float32(scale), tiny])


def vectors_of_layers(layers: list[Layer], folder: Path) -> Vectors:
    inputs = []
    for layer in layers:
        scale = layer.outputs[0].scales
        is_float = layer.inputs[0].dtype == "float32"
        inputs.append(difficult_floats(float(scale))[None] if is_float else ALL)
    return vectors_of(model_of(layers), folder, ["double"], inputs)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_layers([*EDGES], tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


quants = st.tuples(st.floats(-3, 0).map(lambda e: 10.0**e), st.integers(-128, 127))


@random_models
@given(cases=st.lists(st.tuples(quants, quants), min_size=20, max_size=40))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Quant, Quant]]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    layers = [layer for x, out in cases for layer in (requantise(x, out), quantise(x))]
    vectors = vectors_of_layers([*layers, *(dequantise(x) for x, _ in cases)], folder)
    assert not any(differences(vectors, OPTIONS["portable"], folder))


SMALL = (4e-12, 1e-30, 1e-38, 1e-45)  # the last two in the range of denormal floats, or below


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_tiny_scales_equal_the_reference(on: str, tmp_path: Path) -> None:
    layers = [
        layer
        for scale in SMALL
        for layer in (
            dequantise((scale, 3)),
            requantise((scale, 3), (0.5, -4)),
            requantise((scale, 3), (scale * 2, -4)),
        )
    ]
    small = difficult_floats(4e-12)
    small[np.abs(small) > 2**30 * 4e-12] = 0  # the next test's
    inputs = [*([ALL] * len(layers)), small[None]]
    model = model_of([*layers, quantise((4e-12, 3))])
    vectors = vectors_of(model, tmp_path, ["double"], inputs)
    assert not any(differences(vectors, OPTIONS["portable"], tmp_path, on=on))


@pytest.mark.parametrize(("scale", "large"), [(1.0, 3e38), (1.0, 3e9), (4e-12, 0.5)])
def test_what_is_no_number_or_does_not_fit_saturates(
    scale: float, large: float, tmp_path: Path
) -> None:
    """Of 2^31 steps and more C says nothing: TFLite Micro saturates on Arm, gives -128 on x86."""
    graph = parse_tflite(model_of([quantise((scale, 100))]), "extreme")
    x = np.zeros((1, 256), np.float32)
    x[0, :5] = np.nan, np.inf, -np.inf, large, -large
    out = build(graph, EngineOptions(), tmp_path).run(x).outputs[0]
    assert out[0, :6].tolist() == [-128, 127, -128, 127, -128, 100]


def test_an_unchanged_quantisation_takes_no_step() -> None:
    graph = parse_tflite(model_of([requantise((0.1, 3), (0.1, 3))]), "same")
    assert ENGINES["aot"].plan(graph, EngineOptions()).step_names == ()


FLOATS = "runtime/kernels/quantize_float.c"
BREAKS = (
    ("rest >= 0.5f", "rest > 0.5f"),
    ("rest <= -0.5f", "rest < -0.5f"),
    ("value / layer->scale", "value * (1.0f / layer->scale)"),
    ("in[i] - layer->zero_point", "in[i] + layer->zero_point"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(FLOATS, *broken)))


@pytest.mark.parametrize(
    ("kind", "x", "out", "words"),
    [
        ("QUANTIZE", TensorSpec((256,), "int64", 0.1), int8((0.1, 3)), "int64 to int8"),
        ("QUANTIZE", FLOAT, TensorSpec((256,), "int32", 0.1), "float32 to int32"),
        ("QUANTIZE", int8((1.0, 3)), int8((1e-8, 3)), "too small"),
        ("QUANTIZE", FLOAT, TensorSpec((255,), "int8", 0.1), "does not follow"),
        ("QUANTIZE", FLOAT, TensorSpec((256,), "int8"), "no scale"),
        ("DEQUANTIZE", TensorSpec((256,), "int32", 0.1), FLOAT, "int32 to float32"),
        ("DEQUANTIZE", TensorSpec((256,), "int8", [0.1] * 256), FLOAT, "per channel"),
        ("DEQUANTIZE", int8((0.1, 3)), int8((0.1, 3)), "int8 to int8"),
    ],
)
def test_a_problem_is_named(kind: str, x: TensorSpec, out: TensorSpec, words: str) -> None:
    assert problems_of(quantise((0.1, 3))) == problems_of(dequantise((0.1, 3))) == []
    assert any(words in problem for problem in problems_of(Layer(kind, [x], [out], version=1)))


TYPE_QUANTS: dict[str, Quant] = {
    "int8": (0.05, -3),
    "uint8": (0.045, 131),
    "int16": (0.0004, 0),
    "int32": (0.0001, 0),
}
PAIRS = tuple(
    (x, out)
    for x, out in (
        *(("int8", out) for out in ("uint8", "int16", "int32")),
        ("uint8", "int8"),
        *(("int16", out) for out in ("int8", "int16", "int32")),
        *(("int32", out) for out in ("int8", "int16")),
    )
)


def typed(kind: str, x: TensorSpec, out: TensorSpec) -> Layer:
    return Layer(kind, [x], [out])


def of(dtype: str, quant: Quant | None = None) -> TensorSpec:
    if dtype == "float32":
        return FLOAT
    return TensorSpec((256,), dtype, *(quant or TYPE_QUANTS[dtype]))


TYPES = (
    *(typed("QUANTIZE", of(x), of(out)) for x, out in PAIRS),
    typed("QUANTIZE", of("int16", (0.001, 0)), of("int16", (0.0007, 0))),
    typed("QUANTIZE", FLOAT, of("int16")),
    typed("DEQUANTIZE", of("int16"), FLOAT),
    typed("DEQUANTIZE", of("uint8"), FLOAT),
)


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_every_pair_of_types_equals_the_reference(on: str, tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    inputs = []
    for layer in TYPES:
        dtype = layer.inputs[0].dtype
        if dtype == "float32":
            inputs.append(random.normal(0, 8, (2, 256)).astype(np.float32))
            continue
        limits = np.iinfo("int16" if dtype == "int32" else dtype)
        x = random.integers(limits.min, limits.max + 1, (2, 256)).astype(dtype)
        x[0, :2] = limits.min, limits.max
        inputs.append(x)
    vectors = vectors_of(model_of(TYPES), tmp_path, ["double"], inputs)
    found = differences(vectors, OPTIONS["portable"], tmp_path, on=on)
    assert not any(found), found


def test_a_constant_with_another_scale_equals_the_reference(tmp_path: Path) -> None:
    data = np.arange(-128, 128, dtype=np.int8)
    constant = TensorSpec((256,), "int8", 0.01, -3, data=data)
    tensors = [int8((0.05, 3)), constant, int8((0.03, 7)), int8((0.06, 0))]
    ops = [OpSpec("QUANTIZE", [1], [2], {}, 2), OpSpec("ADD", [0, 2], [3], {}, 2)]
    vectors = vectors_of(model_bytes(tensors, ops, [0], [3]), tmp_path, ["double"])
    assert differences(vectors, OPTIONS["portable"], tmp_path) == [0]
