# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION equals TFLite Micro."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    random_inputs,
    random_models,
    vectors_of,
)
from tests.tflite_writer import TensorSpec


def concatenation(
    shape: Sequence[int], axis: int, sizes: Sequence[int], constants: Sequence[int] = ()
) -> Layer:
    """Inputs like `shape` but with `sizes` along `axis`; those at `constants` are constant."""
    rng = np.random.default_rng(len(sizes))
    inputs = []
    for number, size in enumerate([*sizes, sum(sizes)]):
        full = [*shape]
        full[axis] = size
        data = rng.integers(-128, 128, full).astype(np.int8)
        is_constant = number in constants and number < len(sizes)
        inputs.append(TensorSpec(tuple(full), "int8", 0.1, 3, data=data if is_constant else None))
    *inputs, out = inputs
    return Layer("CONCATENATION", inputs, [out], {"axis": axis})


EDGES = (
    *(concatenation((2, 3, 4, 5), axis, (1, 3)) for axis in range(-4, 4)),
    *(concatenation((3, 2), axis, sizes) for axis in (0, 1) for sizes in ((1,), (2, 1), (5, 16, 17))),
    *(concatenation((3, 2), 1, (4, 5, 6), constants=c) for c in ((0,), (1, 2))),
    concatenation((1, 2, 3, 2, 2), 2, (3, 1, 2)),
    concatenation((4,), 0, range(1, 11)),
    concatenation((6, 6, 33), 2, (33, 31)),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


@st.composite
def arguments(draw: st.DrawFn) -> tuple[list[int], int, list[int], set[int]]:
    """Of `concatenation`."""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    axis = draw(st.integers(0, len(shape) - 1))
    sizes = draw(st.lists(st.integers(1, 20), min_size=1, max_size=10))
    return shape, axis, sizes, draw(st.sets(st.integers(1, 9)))


@random_models
@given(cases=st.lists(arguments(), min_size=20, max_size=40))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of([concatenation(*case) for case in cases]), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


def test_more_inputs_than_tflite_micro_takes(tmp_path: Path) -> None:
    graph = parse_tflite(model_of([concatenation((2, 1), 1, range(1, 31))]), "many")
    inputs = random_inputs(graph)
    out = build(graph, EngineOptions(), tmp_path).run(*inputs).outputs[0]
    assert (out == np.concatenate(inputs, axis=2)).all()


X = TensorSpec((2, 3), "int8", 0.1, 3)
OUT = TensorSpec((2, 6), "int8", 0.1, 3)


@pytest.mark.parametrize(
    ("inputs", "out", "options", "words"),
    [
        ([X, TensorSpec((2, 3), "int8", 0.2, 3)], OUT, {"axis": 1}, "quantised differently"),
        ([X, TensorSpec((2, 3), "int8", 0.1, 4)], OUT, {"axis": 1}, "quantised differently"),
        ([X, X], TensorSpec((2, 6), "int16", 0.1), {"axis": 1}, "differ in their type"),
        ([X, X], OUT, {"axis": 2}, "axis 2"),
        ([X, X], OUT, {"axis": -3}, "axis -3"),
        ([X, X], OUT, {"axis": 0}, "cannot be joined"),
        ([X, X, X], OUT, {"axis": 1}, "does not follow"),
        ([X, TensorSpec((3, 2), "int8", 0.1, 3)], OUT, {"axis": 1}, "cannot be joined"),
        ([X, X], OUT, {"axis": 1, "fused_activation_function": "RELU"}, "fused activation"),
    ],
)
def test_a_problem_is_named(
    inputs: list[TensorSpec], out: TensorSpec, options: dict[str, object], words: str
) -> None:
    assert problems_of(Layer("CONCATENATION", [X, X], [OUT], {"axis": 1})) == []
    found = problems_of(Layer("CONCATENATION", inputs, [out], options))
    assert any(words in problem for problem in found)
