# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Element-wise operators of every type equal TFLite Micro, on the PC bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.ops.elementwise import LIBRARY
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import (
    OPTIONS,
    Layer,
    Vectors,
    model_of,
    problems_of,
    random_models,
    vectors_of,
)
from tests.tflite_writer import TensorSpec

Shape = tuple[int, ...]
Quant = tuple[float, int]

NO_SCALE = ("float32", "int32", "int64", "bool")
QUANTS: dict[str, tuple[Quant, Quant, Quant]] = {
    "int8": ((0.05, 3), (0.031, -7), (0.07, 5)),
    "int16": ((0.001, 0), (0.0007, 0), (0.002, 0)),
}


def of(shape: Shape, dtype: str, quant: Quant | None = None, data: Any = None) -> TensorSpec:
    scales, zero = quant if quant is not None and dtype in QUANTS else (None, 0)
    return TensorSpec(shape, dtype, scales, zero, data=data)


def binary(
    kind: str,
    dtype: str,
    a: Shape = (2, 3, 4),
    b: Shape = (2, 3, 4),
    out: str = "",
    constant: Any = None,
    quants: tuple[Quant, Quant, Quant] | None = None,
    swapped: bool = False,
    **options: Any,
) -> Layer:
    quants = quants or QUANTS.get(dtype, ((0, 0), (0, 0), (0, 0)))
    shape = np.broadcast_shapes(a, b)
    given = [of(a, dtype, quants[0]), of(b, dtype, quants[1], constant)]
    made = of(shape, out or dtype, quants[2])
    return Layer(kind, given[::-1] if swapped else given, [made], options)


def prelu(
    shape: Shape,
    slopes: Shape,
    quants: tuple[Quant, Quant, Quant] = ((0.001, 0), (0.01, -3), (0.002, 0)),
) -> Layer:
    """int16 with int8 slopes."""
    data = np.random.default_rng(8).integers(-128, 128, slopes).astype(np.int8)
    given = [of(shape, "int16", quants[0]), TensorSpec(slopes, "int8", *quants[1], data=data)]
    return Layer("PRELU", given, [of(shape, "int16", quants[2])])


COMPARISONS = ("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")
REALS = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")
EQUAL_QUANTS = ((0.05, 3), (0.05, 3), (0.05, 3))
HALVES = np.array([-2.5, 0.5, 1.5, 3], np.float32)

LAYERS = (
    *(binary(kind, "float32") for kind in (*REALS, "FLOOR_MOD")),
    *(binary(kind, "float32", b=(4,), constant=HALVES)
      for kind in (*REALS, "FLOOR_DIV", "FLOOR_MOD")),
    *(binary(kind, "float32", b=(4,), constant=HALVES, swapped=True) for kind in ("SUB", "DIV")),
    *(binary(k, "float32", fused_activation_function=a)
      for k in ("ADD", "SUB", "MUL", "DIV") for a in ("RELU", "RELU6", "RELU_N1_TO_1")),
    binary("MUL", "float32", (2, 1, 4), (3, 1)),
    binary("PRELU", "float32", (2, 3, 4), (4,), constant=HALVES),
    binary("PRELU", "float32", (2, 3, 4), (1, 3, 1)),
    prelu((2, 3, 4), (4,)),
    prelu((2, 3, 4), (3, 1), ((0.001, 5), (0.3, 127), (0.0004, -7))),
    *(binary(kind, "int32") for kind in ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM",
                                          "SQUARED_DIFFERENCE")),
    binary("MUL", "int32", fused_activation_function="RELU6"),
    binary("MAXIMUM", "int64"),
    *(binary(kind, dtype, out="bool") for kind in COMPARISONS for dtype in ("float32", "int32",
                                                                            "int64", "int8")),
    *(binary(kind, "int8", (2, 1, 4), (3, 1), "bool") for kind in COMPARISONS),
    *(binary(kind, "int8", out="bool", quants=EQUAL_QUANTS) for kind in COMPARISONS),
    *(binary(kind, "bool") for kind in ("EQUAL", "NOT_EQUAL", "LOGICAL_AND", "LOGICAL_OR")),
    *(binary(kind, "int16") for kind in ("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE")),
    *(binary(kind, "int16", (2, 1, 4), (3, 1)) for kind in ("ADD", "SUB", "MUL")),
    *(binary(kind, "int16", fused_activation_function="RELU") for kind in ("ADD", "SUB", "MUL")),
    *(binary(kind, "int16", quants=((0.001, 0),) * 3) for kind in ("MAXIMUM", "MINIMUM")),
    binary("SQUARED_DIFFERENCE", "int8"),
    binary("SQUARED_DIFFERENCE", "int8", (2, 1, 4), (3, 1)),
    binary("SQUARED_DIFFERENCE", "int8", b=(4,), constant=np.array([5, -128, 127, 0], np.int8),
           swapped=True),
)  # fmt: skip

FLOATS = ("ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "HARD_SWISH", "LOG", "LOGISTIC", "NEG",
          "RELU", "RELU6", "ROUND", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH")  # fmt: skip
UNARY = (
    *(Layer(kind, [of((7, 11), "float32")], [of((7, 11), "float32")]) for kind in FLOATS),
    Layer("LEAKY_RELU", [of((7, 11), "float32")], [of((7, 11), "float32")], {"alpha": 0.3}),
    Layer("LOGICAL_NOT", [of((7,), "bool")], [of((7,), "bool")]),
)
CASTS = tuple(
    Layer("CAST", [of((9,), source, (0.1, 0))], [of((9,), target, (0.1, 0))])
    for source, target in (("int8", "float32"), ("int8", "int32"), ("int16", "float32"),
                           ("int32", "float32"), ("int32", "int8"), ("int32", "int16"),
                           ("float32", "int32"), ("float32", "int8"), ("bool", "float32"),
                           ("bool", "int32"))
)  # fmt: skip


def select(
    dtype: str, condition: Shape, a: Shape, b: Shape, quant: Quant | None, data: Any = None
) -> Layer:
    out = of(np.broadcast_shapes(condition, a, b), dtype, quant)
    given = [of(condition, "bool"), of(a, dtype, quant), of(b, dtype, quant, data)]
    return Layer("SELECT_V2", given, [out])


SELECTS = (
    select("int8", (3, 4), (3, 4), (3, 4), (0.1, 2)),
    select("int8", (3, 1), (3, 4), (1,), (0.1, 2)),
    select("float32", (2, 3), (2, 3), (2, 3), None),
    select("float32", (2, 3), (2, 3), (1,), None, np.array([0.5], np.float32)),
    select("int16", (2, 3), (3,), (2, 1), (0.1, 0)),
)
ALL = (*LAYERS, *UNARY, *CASTS, *SELECTS)


def inputs_of(graph: Graph, seed: int = 0) -> list[np.ndarray]:
    """Values in the middle of each type's range, equal ones among them."""
    rng = np.random.default_rng(seed)
    made = []
    for index in graph.inputs:
        shape = (4, *graph.tensors[index].shape)
        match graph.tensors[index].dtype.value:
            case "float32":
                made.append((rng.integers(-40, 41, shape) / np.float32(8)).astype(np.float32))
            case "bool":
                made.append(rng.integers(0, 2, shape).astype(bool))
            case "int32" | "int64" as kind:
                made.append(rng.integers(-100, 100, shape).astype(kind))
            case kind:
                limits = np.iinfo(kind)
                x = rng.integers(limits.min, limits.max + 1, shape).astype(kind)
                x[0], x[1].reshape(-1)[:1] = limits.min, limits.max
                made.append(x)
    return made


def vectors_for(layers: tuple[Layer, ...], folder: Path, seed: int = 0) -> Vectors:
    model = model_of(layers)
    graph = parse_tflite(model, "layers.tflite")
    return vectors_of(model, folder, ["double"], inputs_of(graph, seed))


def different(vectors: Vectors, folder: Path, layers: tuple[Layer, ...], **how: Any) -> list[str]:
    """Operators with a value that differs; NaN equals NaN."""
    engine = build(vectors.graph, OPTIONS["portable"], folder, **how)
    found = engine.run(*vectors.inputs).outputs
    names = [f"{n} {layer.kind} {layer.inputs[0].dtype}" for n, layer in enumerate(layers)]
    return [
        name
        for name, layer, got, wanted in zip(
            names, layers, found, vectors.expected["double"], strict=True
        )
        if not close(layer.kind, got, wanted, exact=how.get("on", "host") == "host")
    ]


def close(kind: str, got: np.ndarray, wanted: np.ndarray, exact: bool) -> bool:
    if exact or got.dtype != np.float32 or kind not in LIBRARY:
        return np.array_equal(got, wanted, equal_nan=got.dtype.kind == "f")
    return np.allclose(got, wanted, rtol=2**-21, atol=0, equal_nan=True)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_for(ALL, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not different(edges, tmp_path, ALL, on=on)


DIVISIONS = tuple(
    binary("DIV", "int8", quants=quants, constant=constant, b=(4,))
    for constant in (np.array([127, -128, 4, 1], np.int8), np.array([5, 90, -90, 0], np.int8))
    for quants in (((0.05, 3), (0.031, -7), (0.07, 5)), ((0.5, 0), (0.01, -9), (2.0, -128)))
)


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_int8_division_equals_the_reference(on: str, tmp_path: Path) -> None:
    """By constants: TFLite Micro stops at a division by zero."""
    vectors = vectors_for(DIVISIONS, tmp_path)
    assert not different(vectors, tmp_path, DIVISIONS, on=on)


BREAKS = (
    ("x > y ? x : y", "x >= y + 1 ? x : y + 1"),
    ("A < B", "A <= B"),
    ("rest < 0.5f ||", "rest <= 0.5f ||"),
    ("row.a = layer->swapped != 0", "row.a = layer->swapped == 7"),
    ("x > 0.0f ? x : x * alpha", "x > 0.0f ? x : x"),
    ("x >= 0.0f ? x : x * y", "x >= 1.0f ? x : x * y"),
    ("slope - layer->b.zero_point", "slope"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    patch = ("runtime/kernels/arithmetic.c", *broken)
    assert different(edges, tmp_path, ALL, patch=patch)


scales = st.floats(-3, -0.1).map(lambda e: 10.0**e)
int8s = st.tuples(scales, st.integers(-128, 127))
int16s = st.tuples(scales.map(lambda s: s / 256), st.just(0))


@random_models
@given(data=st.data())
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    layers = []
    for _ in range(40):
        kind = data.draw(st.sampled_from([*COMPARISONS, "ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"]))
        dtype = "int8" if kind in COMPARISONS else "int16"
        quants = data.draw(st.tuples(*[int8s if dtype == "int8" else int16s] * 3))
        shapes = data.draw(
            st.sampled_from([((2, 3, 4), (2, 3, 4)), ((2, 1, 4), (3, 1)), ((5,), (1,))])
        )
        made = "bool" if kind in COMPARISONS else ""
        layer = binary(kind, dtype, *shapes, made, quants=quants)
        slopes = data.draw(st.sampled_from([(4,), (3, 1), (1,), (2, 3, 4)]))
        quants = data.draw(st.tuples(int16s, int8s, int16s))
        layers += [one for one in (layer, prelu((2, 3, 4), slopes, quants)) if not problems_of(one)]
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_for(tuple(layers), folder, seed=3)
    assert not different(vectors, folder, tuple(layers))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (binary("DIV", "int64"), "int64 is not supported"),
        (binary("LESS", "int8", out="int8"), "are not supported"),
        (binary("LESS", "int8", out="bool", quants=((2.0, 0), (2.0, 0), (1, 0))), "too large"),
        (binary("MAXIMUM", "int16"), "quantised differently"),
        (binary("ADD", "float32", fused_activation_function="TANH"), "fused activation TANH"),
        (Layer("EXP", [of((3,), "int32")], [of((3,), "int32")]), "int32 to int32"),
        (Layer("CAST", [TensorSpec((3,), "float64")], [of((3,), "int32")]), "float64"),
        (binary("ADD", "float32", (2,), (2,), "int32"), "are not supported"),
        (binary("PRELU", "int16"), "are not supported"),
        (prelu((2, 4), (4,), ((0.001, 0), (0.01, 0), (1e-9, 0))), "too small"),
    ],
)  # fmt: skip
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
