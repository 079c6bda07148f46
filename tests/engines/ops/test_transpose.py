# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE equals TFLite Micro for every order of up to five axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import (
    OPTIONS,
    Layer,
    Vectors,
    differences,
    model_of,
    problems_of,
    vectors_of,
)
from tests.tflite_writer import TensorSpec

X = TensorSpec((2, 3), "int8", 0.1, 3)
OUT = TensorSpec((3, 2), "int8", 0.1, 3)


def order_of(order: Sequence[int], dtype: str = "int32") -> TensorSpec:
    return TensorSpec((len(order),), dtype, data=np.array(order, dtype))


def transpose(shape: Sequence[int], order: Sequence[int]) -> Layer:
    x = TensorSpec(tuple(shape), "int8", 0.1, 3)
    out = TensorSpec(tuple(shape[axis] for axis in order), "int8", 0.1, 3)
    return Layer("TRANSPOSE", [x, order_of(order)], [out])


EDGES = (
    *(transpose((2, 3, 4, 5)[:rank], p) for rank in (1, 2, 3, 4) for p in permutations(range(rank))),
    *(transpose((2, 1, 3, 2, 2), order) for order in permutations(range(5))),
    *(transpose((2, 17, 16), order) for order in permutations(range(3))),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


COPY = "runtime/kernels/copy.c"
BREAKS = (
    ("in += in_step", "in += in_step / 2"),
    ("l * from[3]", "k * from[3]"),
    ("&in[i + 12]", "&in[i + 8]"),
    ("layer->run == 1", "layer->run < 3"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(COPY, *broken)))


def test_moving_axes_of_size_1_takes_no_step() -> None:
    graph = parse_tflite(model_of([transpose((1, 5, 1, 7), (2, 1, 3, 0))]), "moved")
    assert ENGINES["aot"].plan(graph, EngineOptions()).step_names == ()


@pytest.mark.parametrize(
    ("inputs", "out", "words"),
    [
        ([X, order_of((1, 0))], TensorSpec((3, 2), "int8", 0.2, 3), "quantised differently"),
        ([X, order_of((1, 0))], TensorSpec((3, 2), "int16", 0.1), "differ in their type"),
        ([X, order_of((1, 0))], X, "does not follow"),
        ([X, order_of((0, 0))], OUT, "do not fit"),
        ([X, order_of((0, 1, 2))], OUT, "do not fit"),
        ([X, TensorSpec((2,), "int32")], OUT, "constant arguments"),
    ],
)
def test_a_problem_is_named(inputs: list[TensorSpec], out: TensorSpec, words: str) -> None:
    assert problems_of(Layer("TRANSPOSE", [X, order_of((1, 0))], [OUT])) == []
    assert any(words in problem for problem in problems_of(Layer("TRANSPOSE", inputs, [out])))
