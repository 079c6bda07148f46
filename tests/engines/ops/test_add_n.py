# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ADD_N equals TFLite Micro."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def add_n(
    count: int, shape: tuple[int, ...] = (2, 5), x: tuple[float, int] = (0.1, 3),
    out: tuple[float, int] = (0.2, -7), dtype: str = "int8",
) -> Layer:  # fmt: skip
    quants = (x, out) if dtype == "int8" else ((None, 0), (None, 0))
    given = [TensorSpec(shape, dtype, *quants[0]) for _ in range(count)]
    return Layer("ADD_N", given, [TensorSpec(shape, dtype, *quants[1])], {}, 1)


LAYERS = (
    *(add_n(count, out=(0.05 * count, -7)) for count in (2, 3, 5, 14)),
    *(
        add_n(3, x=(0.1, z), out=(scale, 100))
        for z in (-128, 0, 127)
        for scale in (0.003, 0.3, 7.0)
    ),
    add_n(3, dtype="float32"),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(LAYERS), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


@pytest.mark.parametrize(
    "broken",
    [("sum[i] += in[i]", "sum[i] = in[i]"), ("SHIFT = 19", "SHIFT = 18"), ("layer->start + ", "")],
)
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    patch = ("runtime/kernels/add_n.c", *broken)
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=patch))


OTHER = TensorSpec((2, 5), "int8", 0.2, 3)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (add_n(1), "needs 2 to 14"),
        (add_n(15), "needs 2 to 14"),
        (add_n(2, out=(1e-12, 0)), "too small"),
        (add_n(2, dtype="int16"), "int16 is not supported"),
        (Layer("ADD_N", [add_n(2).inputs[0], OTHER], add_n(2).outputs), "quantised differently"),
    ],
)
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
