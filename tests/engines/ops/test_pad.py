# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""PAD and PADV2 equal TFLite Micro."""

from __future__ import annotations

from collections.abc import Sequence
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

X = TensorSpec((2, 3), "int8", 0.1, 3)


def paddings_of(pairs: Sequence[Sequence[int]], dtype: str = "int32") -> TensorSpec:
    return TensorSpec((len(pairs), 2), dtype, data=np.array(pairs, dtype))


def pad(shape: Sequence[int], pairs: Sequence[Sequence[int]], fill: int | None = None) -> Layer:
    """PADV2 with a value to fill with, PAD without."""
    padded = tuple(before + n + after for n, (before, after) in zip(shape, pairs, strict=True))
    inputs = [TensorSpec(tuple(shape), "int8", 0.1, 3), paddings_of(pairs)]
    if fill is not None:
        inputs.append(TensorSpec((), "int8", 0.1, 3, data=np.array(fill, np.int8)))
    out = TensorSpec(padded, "int8", 0.1, 3)
    return Layer("PAD" if fill is None else "PADV2", inputs, [out])


EDGES = tuple(
    pad(shape, pairs, fill)
    for fill in (None, -128, 0, 127)
    for shape, pairs in (
        ((5,), ((2, 3),)),
        ((5,), ((0, 0),)),
        ((3, 4), ((1, 0), (0, 17))),
        ((1, 5, 6, 3), ((0, 0), (1, 0), (1, 0), (0, 0))),
        ((1, 5, 6, 3), ((0, 0), (0, 0), (0, 0), (0, 61))),
        ((2, 3, 1, 4), ((1, 2), (3, 4), (5, 6), (7, 8))),
        ((2, 3, 1, 4, 2), ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1))),
    )
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


@st.composite
def arguments(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]], int | None]:
    """Of `pad`."""
    shape = draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    pairs = [draw(st.tuples(st.integers(0, 3), st.integers(0, 3))) for _ in shape]
    return shape, pairs, draw(st.none() | st.integers(-128, 127))


@random_models
@given(cases=st.lists(arguments(), min_size=20, max_size=40))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of([pad(*case) for case in cases]), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


OUT = TensorSpec((2, 5), "int8", 0.1, 3)
PAIRS = paddings_of(((0, 0), (1, 1)))
FILL = TensorSpec((), "int8", 0.1, 3, data=np.array(1, np.int8))


@pytest.mark.parametrize(
    ("kind", "inputs", "out", "words"),
    [
        ("PAD", [X, PAIRS], TensorSpec((2, 5), "int8", 0.2, 3), "quantised differently"),
        ("PAD", [X, PAIRS], TensorSpec((2, 5), "int16", 0.1), "int16"),
        ("PAD", [X, PAIRS], TensorSpec((2, 6), "int8", 0.1, 3), "does not follow"),
        ("PAD", [X, paddings_of(((0, 0),))], OUT, "do not fit"),
        ("PAD", [X, paddings_of(((0, 0), (-1, 3)))], OUT, "negative"),
        ("PAD", [X, TensorSpec((2, 2), "int32")], OUT, "constant paddings"),
        ("PAD", [X, TensorSpec((2, 2), "float32", data=np.ones((2, 2), np.float32))], OUT, "float32"),
        ("PAD", [X, PAIRS, FILL], OUT, "needs 2"),
        ("PADV2", [X, PAIRS], OUT, "needs 3"),
        ("PADV2", [X, PAIRS, TensorSpec((), "int8", 0.2, 3, data=FILL.data)], OUT, "differently"),
        ("PADV2", [X, PAIRS, TensorSpec((2,), "int8", 0.1, 3, data=np.ones(2, np.int8))], OUT, "single"),
    ],
)  # fmt: skip
def test_a_problem_is_named(
    kind: str, inputs: list[TensorSpec], out: TensorSpec, words: str
) -> None:
    assert problems_of(Layer("PAD", [X, PAIRS], [OUT])) == []
    assert problems_of(Layer("PADV2", [X, PAIRS, FILL], [OUT])) == []
    assert any(words in problem for problem in problems_of(Layer(kind, inputs, [out])))
