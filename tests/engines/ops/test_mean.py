# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MEAN equals TFLite Micro over any axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

Quant = tuple[float, int]


def axes_of(axes: Sequence[int], dtype: str = "int32") -> TensorSpec:
    return TensorSpec((len(axes),), dtype, data=np.array(axes, dtype))


def mean(
    shape: tuple[int, ...],
    axes: Sequence[int],
    keep: bool = False,
    x: Quant = (0.05, 3),
    out: Quant = (0.04, -5),
) -> Layer:
    summed = {axis % len(shape) for axis in axes}
    kept = [1 if axis in summed else size for axis, size in enumerate(shape)]
    left = kept if keep else [size for axis, size in enumerate(shape) if axis not in summed]
    inputs = [TensorSpec(shape, "int8", *x), axes_of(axes)]
    return Layer("MEAN", inputs, [TensorSpec(tuple(left), "int8", *out)], {"keep_dims": keep})


SUBSETS = [axes for count in range(1, 5) for axes in combinations(range(4), count)]
EDGES = (
    *(mean((2, 3, 4, 5), axes, keep) for axes in SUBSETS for keep in (False, True)),
    *(mean((2, 3, 2, 3, 2), axes) for axes in ((0, 2, 4), (1, 3), (0, 1, 4), (3,), (-1, -2, 1))),
    *(mean((1, 7, 7, 16), (1, 2), out=(s, 0)) for s in (1e-4, 0.01, 0.05, 1.0, 1e5, 1e9)),
    *(mean((1, 64, 64, 2), (1, 2), out=(s, 9)) for s in (1e-7, 1e-5, 0.001, 0.05)),
    *(mean((6, 5), (1,), x=(0.1, z), out=(0.1, -1 - z)) for z in (-128, 127)),
    mean((6, 5), (1, -1, 1)),
    mean((6, 1, 5), (1,)),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


@st.composite
def arguments(draw: st.DrawFn) -> tuple[Any, ...]:
    """Of `mean`."""
    shape = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=5)))
    axes = draw(st.lists(st.integers(-len(shape), len(shape) - 1), min_size=1, max_size=5))
    quants = st.tuples(st.floats(-2, 0).map(lambda e: 10.0**e), st.integers(-128, 127))
    return shape, axes, draw(st.booleans()), draw(quants), draw(quants)


@random_models
@given(cases=st.lists(arguments(), min_size=30, max_size=60))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of([mean(*case) for case in cases]), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


MEAN = "runtime/kernels/mean.c"
BREAKS = (
    ("layer->offset + sum", "sum"),
    ("value, INT8_MIN", "value, INT8_MIN + 2"),
    ("in + i * steps[0]", "in + i * steps[1]"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(MEAN, *broken)))


X = TensorSpec((2, 3), "int8", 0.1, 3)
OUT = TensorSpec((2,), "int8", 0.1, 3)


@pytest.mark.parametrize(
    ("inputs", "out", "words"),
    [
        ([X, axes_of((1,))], TensorSpec((2,), "int16", 0.1), "int16"),
        ([X, axes_of((1,))], TensorSpec((3,), "int8", 0.1), "does not follow"),
        ([X, axes_of((1,))], TensorSpec((2,), "int8", 1e-9), "too small"),
        ([X, axes_of((2,))], OUT, "no int32 axes"),
        ([X, axes_of((-3,))], OUT, "no int32 axes"),
        ([X, axes_of((1,), "int64")], OUT, "no int32 axes"),
        ([X, TensorSpec((1,), "int32")], OUT, "constant axes"),
        ([TensorSpec((2,) * 6, "int8", 0.1), axes_of((1,))], TensorSpec((2,) * 5, "int8", 1), "more"),
    ],
)  # fmt: skip
def test_a_problem_is_named(inputs: list[TensorSpec], out: TensorSpec, words: str) -> None:
    assert problems_of(Layer("MEAN", [X, axes_of((1,))], [OUT])) == []
    assert any(words in problem for problem in problems_of(Layer("MEAN", inputs, [out])))
