# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Reductions, ARG_MAX, CUMSUM and L2_NORMALIZATION equal TFLite Micro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines.ops.test_arithmetic import different, of, vectors_for
from tests.engines.vectors import Layer, Vectors, problems_of
from tests.tflite_writer import TensorSpec

Quant = tuple[float, int]
PAIRS: dict[str, tuple[Quant, Quant]] = {
    "int8": ((0.05, 3), (0.07, -5)),
    "int16": ((0.001, 0), (0.0007, 0)),
}


def ints(values: Any) -> TensorSpec:
    return TensorSpec((len(values),), "int32", data=np.array(values, np.int32))


def reduction(
    kind: str, shape: tuple[int, ...], axes: tuple[int, ...], dtype: str = "int8", **options: Any
) -> Layer:
    x, out = PAIRS.get(dtype, ((0.1, 0), (0.1, 0)))
    gone = {axis % len(shape) for axis in axes}
    kept = options.get("keep_dims", False)
    made = tuple(1 if a in gone else n for a, n in enumerate(shape) if kept or a not in gone)
    if kind.startswith("REDUCE"):
        out = x
    return Layer(kind, [of(shape, dtype, x), ints(axes)], [of(made, dtype, out)], options)


def arg(kind: str, shape: tuple[int, ...], axis: int, dtype: str = "int8") -> Layer:
    made = tuple(n for a, n in enumerate(shape) if a != axis % len(shape))
    given = [of(shape, dtype, (0.1, 3)), ints([axis])]
    return Layer(kind, given, [TensorSpec(made, "int32")], {"output_type": "INT32"})


def cumsum(shape: tuple[int, ...], axis: int, dtype: str = "int8", **options: Any) -> Layer:
    x, out = PAIRS.get(dtype, ((0.1, 0), (0.1, 0)))
    axis_of = TensorSpec((1,), "int32", data=np.array([axis], np.int32))
    return Layer("CUMSUM", [of(shape, dtype, x), axis_of], [of(shape, dtype, out)], options)


def l2(shape: tuple[int, ...], zero: int = 3, dtype: str = "int8") -> Layer:
    given = of(shape, dtype, (0.1, zero))
    return Layer("L2_NORMALIZATION", [given], [of(shape, dtype, (1 / 128, 0))])


S = (2, 3, 4, 5)
LAYERS = (
    *(reduction(kind, S, axes, dtype, keep_dims=keep)
      for kind, types in (("REDUCE_MAX", ("int8", "float32")), ("REDUCE_MIN", ("int8", "float32")),
                          ("SUM", ("int8", "int16", "float32")), ("MEAN", ("int16", "float32")))
      for dtype in types for axes, keep in (((1, 2), True), ((-1,), False), ((0, 2), False),
                                            ((0, 1, 2, 3), True), ((3, 1), False))),
    reduction("REDUCE_ALL", (3, 4), (1,), "bool"),
    *(arg(kind, shape, axis, dtype) for kind in ("ARG_MAX", "ARG_MIN")
      for dtype in ("int8", "float32") for shape, axis in (((1, 10), 1), (S, 0), (S, -2), (S, 3))),
    *(cumsum(S, axis, dtype, exclusive=exclusive, reverse=reverse)
      for dtype in ("int8", "float32") for axis in (0, 2, -1)
      for exclusive in (False, True) for reverse in (False, True)),
    *(l2((3, 40), zero) for zero in (-128, 3, 127)),
    l2((2, 2, 3, 7)), l2((5, 1)), l2((2, 9), dtype="float32"),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_for(LAYERS, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not different(edges, tmp_path, LAYERS, on=on)


BREAKS = (
    ("x > value ? x : value, int8_t", "x >= 0 ? x : value, int8_t"),
    ("x < best)", "x <= best)"),
    ("layer->along.size - 1 - i : i", "layer->along.size - 1 - i : i ^ 1"),
    ("by.shift += OUTPUT_BITS", "by.shift += OUTPUT_BITS - 1"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    if "i ^ 1" in broken[1]:
        broken = (broken[0], "layer->along.size - 1 - i : 0")
    assert different(edges, tmp_path, LAYERS, patch=("runtime/kernels/reduce.c", *broken))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (reduction("SUM", S, (7,)), "no int32 axes"),
        (reduction("REDUCE_MAX", S, (1,), "int16"), "int16 to int16"),
        (arg("ARG_MAX", S, 9), "a constant axis"),
        (Layer("L2_NORMALIZATION", [of((2, 3), "int8", (0.1, 0))], [of((2, 3), "int8", (0.1, 0))]),
         "scale 1/128"),
        (Layer("ARG_MAX", [of((2, 3), "int8", (0.1, 0)), ints([1])], [TensorSpec((2,), "int64")]),
         "int8 to int64"),
    ],
)  # fmt: skip
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
