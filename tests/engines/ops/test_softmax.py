# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX equals TFLite Micro."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.softmax_s16 import exponential_lines, reciprocal_lines
from mcugen.model.ir import Graph, Op
from mcugen.model.numpy_graph import ROUNDINGS, quantize_multiplier
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
from tests.tflite_writer import TensorSpec


def softmax(
    shape: tuple[int, ...], scale: float = 0.1, zero_point: int = 4, beta: float = 1.0
) -> Layer:
    x, out = TensorSpec(shape, "int8", scale, zero_point), TensorSpec(shape, "int8", 1 / 256, -128)
    return Layer("SOFTMAX", [x], [out], {"beta": beta})


def to_int16(shape: tuple[int, ...], scale: float = 0.1, zero_point: int = 4) -> Layer:
    out = TensorSpec(shape, "int16", 2**-16, -(2**15))
    return Layer("SOFTMAX", [TensorSpec(shape, "int8", scale, zero_point)], [out], {"beta": 1.0})


INT16 = tuple(to_int16((20, n), scale) for n in (1, 2, 12, 300) for scale in (0.001, 0.05, 0.5))


def of_int16(shape: tuple[int, ...], scale: float = 2**-12, beta: float = 1.0) -> Layer:
    x, out = TensorSpec(shape, "int16", scale, 0), TensorSpec(shape, "int16", 2**-15, 0)
    return Layer("SOFTMAX", [x], [out], {"beta": beta})


OF_INT16 = (
    *(of_int16((20, n), scale) for n in (1, 2, 12, 300) for scale in (2**-15, 2**-12, 0.003)),
    *(of_int16((2, 3, 7), 10.0**exponent) for exponent in np.linspace(-8, 0, 17)),
    *(of_int16((40, 5), beta=beta) for beta in (0.1, 0.5, 2.0)),
)


def log_softmax(shape: tuple[int, ...], scale: float = 0.1, zero_point: int = 4) -> Layer:
    ends = [TensorSpec(shape, "int8", scale, zero_point)], [TensorSpec(shape, "int8", 1 / 16, 127)]
    return Layer("LOG_SOFTMAX", *ends, {}, 1)


LOGS = (
    *(log_softmax((20, n), scale) for n in (1, 2, 3, 12, 300) for scale in (0.001, 0.05, 0.5)),
    *(log_softmax((2, 12), 10.0**exponent) for exponent in np.linspace(-6, 2, 33)),
    *(log_softmax((2, 7), 2.0**exponent) for exponent in range(-20, 4)),
    log_softmax((3, 2, 5), zero_point=-128),
)
EDGES = (
    *(softmax(shape) for shape in ((1,), (2,), (3, 5), (2, 3, 4), (1, 1, 1, 7), (1, 2, 1, 2, 9))),
    *(softmax((2, 12), 10.0**exponent) for exponent in np.linspace(-7, 3, 41)),
    *(softmax((2, 12), 2.0**exponent) for exponent in range(-25, 6)),
    *(softmax((2, 12), beta=beta) for beta in (1e-6, 0.1, 0.5, 2.0, 10.0, 1e6)),
    *(softmax((20, n), 0.05) for n in (2, 10, 100, 511)),
    *(softmax((1, 12), zero_point=z) for z in (-128, 127)),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(
        model_of([*EDGES, *INT16, *LOGS]), tmp_path_factory.mktemp("edges"), ["double"]
    )


def test_edges_equal_the_reference_on_the_pc(edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path))


def test_edges_equal_the_reference_on_a_cortex_m33(edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["dsp-speed"], tmp_path, on="qemu"))


@pytest.fixture(scope="module")
def int16_edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    """Close values, far ones, and the ends of int16."""
    folder = tmp_path_factory.mktemp("int16")
    model = model_of(OF_INT16)
    graph = parse_tflite(model, "m")
    rng = np.random.default_rng(4)
    inputs = []
    for index in graph.inputs:
        shape = graph.tensors[index].shape
        spreads = [rng.normal(0, spread, shape) for spread in (3, 300, 3000, 30_000)]
        ends = [np.full(shape, end) for end in (-32768, 32767)]
        inputs.append(np.clip([*spreads, *ends], -32768, 32767).astype(np.int16))
    return vectors_of(model, folder, ["double"], inputs)


def test_int16_equals_the_reference_on_the_pc(int16_edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(int16_edges, OPTIONS["portable"], tmp_path))


def looked_up(lines: np.ndarray, x: np.ndarray) -> np.ndarray:
    """LUTLookup of TFLite."""
    at = np.clip(x, -32768, 32767)
    left, right = (lines[256 + (at >> 7) + n].astype(np.int64) for n in (0, 1))
    return left + (((right - left) * (at & 127) + 64) >> 7)


def in_numpy(graph: Graph, op: Op, x: np.ndarray, rounding: str) -> np.ndarray:
    """reference_ops::SoftmaxInt16 of TFLite; only the scaling of its inputs depends on the rounding."""
    source = graph.tensors[op.inputs[0]].quant
    assert source is not None
    factor = source.scale * float(np.float32(op.options["beta"])) / (10 / 65535)
    below = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    scaled = ROUNDINGS[rounding](below, *map(np.int64, quantize_multiplier(factor)))
    powers = looked_up(exponential_lines(), scaled + 32767)
    total = powers.sum(axis=-1, keepdims=True)
    bits = np.frexp(total.astype(np.float64))[1].astype(np.int64)
    fraction = (((total << (31 - bits)) + (1 << 13)) >> 14) - ((1 << 15) + (1 << 16))
    shares = powers * looked_up(reciprocal_lines(), fraction)
    return np.clip((shares + (1 << (bits - 2))) >> (bits - 1), 0, 32767)


def test_int16_equals_its_reference_with_single_rounding(
    int16_edges: Vectors, tmp_path: Path
) -> None:
    """NumPy code that gives TFLite Micro's integers when it rounds twice."""
    graph, expected = int16_edges.graph, {}
    for rounding in ("double", "single"):
        pairs = zip(graph.ops, int16_edges.inputs, strict=True)
        expected[rounding] = tuple(in_numpy(graph, op, x, rounding) for op, x in pairs)
    for own, micro in zip(expected["double"], int16_edges.expected["double"], strict=True):
        np.testing.assert_array_equal(own, micro)
    single = replace(int16_edges, expected=expected)
    assert not any(differences(single, OPTIONS["portable-single"], tmp_path))
    assert any(differences(single, OPTIONS["portable-single"], tmp_path, patch=TWICE))


TWICE = (
    "runtime/kernels/softmax_s16.c",
    "softmax(layer, in + i * layer->depth, out + i * layer->depth, MCUGEN_ROUND_SINGLE)",
    "softmax(layer, in + i * layer->depth, out + i * layer->depth, MCUGEN_ROUND_DOUBLE)",
)


def test_int16_equals_the_reference_on_a_cortex_m33(int16_edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(int16_edges, OPTIONS["dsp-speed"], tmp_path, on="qemu"))


SOFTMAX_S16 = "runtime/kernels/softmax_s16.c"


@pytest.mark.parametrize(
    "broken",
    [
        (SOFTMAX_S16, "(at & 127) + 64", "(at & 127) + 63"),
        (SOFTMAX_S16, "(1 << 13)", "0"),
        (SOFTMAX_S16, "difference + INT16_MAX", "difference + INT16_MAX - 1"),
        (SOFTMAX_S16, "<< (shift - 1u)", "<< shift"),
    ],
    ids=lambda b: b[1],
)
def test_a_break_of_int16_is_noticed(
    broken: tuple[str, str, str], int16_edges: Vectors, tmp_path: Path
) -> None:
    assert any(differences(int16_edges, OPTIONS["portable"], tmp_path, patch=broken))


layers = st.builds(
    softmax,
    st.lists(st.integers(1, 16), min_size=1, max_size=5).map(lambda s: (*s[:-1], 2 * s[-1])),
    st.floats(-3, 1).map(lambda e: 10.0**e),
    st.integers(-128, 127),
    st.floats(0.1, 4),
)


@random_models
@given(st.lists(layers, min_size=20, max_size=40))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, layers: list[Layer]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(layers), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


def test_many_equal_values_share_evenly_where_tflite_would_stop(tmp_path: Path) -> None:
    graph = parse_tflite(model_of([softmax((1, 4095))]), "wide")
    x = np.full((2, 1, 4095), -128, np.int8)
    x[1, 0, 5] = 127
    out = build(graph, EngineOptions(), tmp_path).run(x).outputs[0]
    assert (out[0] == -128).all()
    assert (out[1, 0, 5], np.count_nonzero(out[1] != -128)) == (127, 1)


SOFTMAX = "runtime/kernels/softmax.c"
BREAKS = (
    ("runtime/kernels/fixed_point.h", "step < 3", "step < 1"),
    (SOFTMAX, "715827883", "0"),
    (SOFTMAX, "790015084", "800015084"),
    (SOFTMAX, "return INT32_MAX;\n", "return INT32_MAX / 2;\n"),
    (SOFTMAX, "mcugen_divide_by_power(share, row.shift)", "(share >> row.shift)"),
    (SOFTMAX, "638450708", "0"),
    (SOFTMAX, "(r - middle) * 2", "r - middle"),
    (SOFTMAX, "power_a > power_b", "power_a < power_b"),
    (SOFTMAX, "difference > least", "difference > least + 40"),
    (SOFTMAX, "difference < layer->lowest ||", "difference < layer->lowest / 2 ||"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[1])
def test_a_break_is_noticed(broken: tuple[str, str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=broken))


X = TensorSpec((1, 3), "int8", 0.1)
OUT = TensorSpec((1, 3), "int8", 1 / 256, -128)


@pytest.mark.parametrize(
    ("x", "out", "beta", "words"),
    [
        (TensorSpec((1, 3), "int16", 0.1), OUT, 1.0, "int16"),
        (X, TensorSpec((1, 3), "int16", 1 / 65536, 0), 1.0, "1/65536"),
        (X, TensorSpec((1, 3), "int32", 1 / 65536, 0), 1.0, "int32"),
        (X, TensorSpec((1, 3), "int8", 1 / 255, -128), 1.0, "1/256"),
        (X, TensorSpec((1, 3), "int8", 1 / 256, 0), 1.0, "1/256"),
        (X, TensorSpec((3, 1), "int8", 1 / 256, -128), 1.0, "does not follow"),
        (X, OUT, 0.0, "beta"),
        (X, OUT, -1.0, "beta"),
        (X, OUT, float("nan"), "beta"),
        (TensorSpec((1, 4096), "int8", 0.1), TensorSpec((1, 4096), "int8", 1 / 256, -128), 1.0, "4096"),
        (TensorSpec((), "int8", 0.1), TensorSpec((), "int8", 1 / 256, -128), 1.0, "not follow"),
    ],
)  # fmt: skip
def test_a_problem_is_named(x: TensorSpec, out: TensorSpec, beta: float, words: str) -> None:
    assert problems_of(Layer("SOFTMAX", [X], [OUT], {"beta": 1.0})) == []
    assert any(words in text for text in problems_of(Layer("SOFTMAX", [x], [out], {"beta": beta})))
