# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL equals TFLite Micro."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engines.ops.test_arithmetic import different, vectors_for
from tests.engines.vectors import Layer, Vectors, problems_of
from tests.tflite_writer import TensorSpec

Shape = tuple[int, ...]


def matmul(
    a: Shape, b: Shape, dtype: str = "int8", *, constant: int | None = None,
    adj_x: bool = False, adj_y: bool = False, scale: float = 0.5,
) -> Layer:  # fmt: skip
    random = np.random.default_rng(len(a) + sum(b))
    one = (*a[:-2], *a[-2:][::-1]) if adj_x else a
    two = (*b[:-2], *b[-2:][::-1]) if adj_y else b
    quants = {
        "int8": ((0.05, 3), (0.04, -7), (scale, 5)),
        "int16": ((0.0005, 0), (0.0004, 0), (scale / 100, 0)),
        "float32": ((None, 0),) * 3,
    }[dtype]
    given = []
    for number, (shape, quant) in enumerate(zip((a, b), quants[:2], strict=True)):
        data = None
        if number == constant:
            data = random.integers(-100, 100, shape).astype(dtype)
        given.append(TensorSpec(shape, dtype, *quant, data=data))
    batches = np.broadcast_shapes(one[:-2], two[:-2])
    out = TensorSpec((*batches, one[-2], two[-1]), dtype, *quants[2])
    options = {"adj_x": adj_x, "adj_y": adj_y}
    return Layer("BATCH_MATMUL", given, [out], options, 4)


LAYERS = (
    matmul((3, 5), (5, 7)),
    *(matmul((2, 5, 3) if x else (2, 3, 5), (2, 7, 5) if y else (2, 5, 7), adj_x=x, adj_y=y)
      for x in (False, True) for y in (False, True)),
    matmul((2, 1, 3, 5), (4, 5, 2)),
    matmul((1, 4, 2, 3, 5), (2, 4, 1, 5, 2)),
    matmul((2, 3, 5), (5, 7), constant=1),
    matmul((3, 5), (2, 5, 7), constant=0),
    matmul((3, 5), (7, 5), constant=1, adj_y=True, scale=0.01),
    matmul((2, 3, 5), (2, 5, 7), "float32"),
    *(matmul((2, 3, 9), (9, 4), "int16", constant=c, scale=s)
      for c in (None, 1) for s in (0.1, 0.5, 20.0)),
    matmul((2, 9, 3), (2, 4, 9), "int16", adj_x=True, adj_y=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_for(LAYERS, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not different(edges, tmp_path, LAYERS, on=on)


BREAKS = (
    ("layer->swapped != 0 ? constant : a", "layer->swapped != 0 ? a : a"),
    ("column * layer->b_column_step", "column"),
    ("place(layer->b_batch_steps, i, j, k)", "place(layer->a_batch_steps, i, j, k)"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    if "swapped" in broken[0]:
        broken = ("? constant : a, ", "? (layer->swapped == 7 ? constant : a) : a, ")
    patch = ("runtime/kernels/batch_matmul.c", *broken)
    try:
        assert different(edges, tmp_path, LAYERS, patch=patch)
    except AssertionError as error:
        assert "sanitizer" in str(error).lower(), "reading what is not there is noticed as well"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (matmul((3, 5), (4, 7)), "does not follow"),
        (matmul((3, 5), (5, 7), "int16", scale=1e-8), "does not fit those of the inputs"),
        (matmul((3, 5), (5, 7), scale=1e-12), "too small"),
    ],
)  # fmt: skip
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
