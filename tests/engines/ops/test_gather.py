# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""GATHER by computed indices equals TFLite Micro; by constant ones: test_rearrange.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
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


def gather(
    x: tuple[int, ...], indices: tuple[int, ...], axis: int, data: Any = None, dtype: str = "int32"
) -> Layer:
    out = (*x[:axis], *indices, *x[axis + 1 :])
    given = [TensorSpec(x, "int8", 0.1, 3, data=data), TensorSpec(indices, dtype)]
    return Layer("GATHER", given, [TensorSpec(out, "int8", 0.1, 3)], {"axis": axis})


def gather_nd(x: tuple[int, ...], indices: tuple[int, ...], data: Any = None) -> Layer:
    out = (*indices[:-1], *x[indices[-1] :])
    given = [TensorSpec(x, "int8", 0.1, 3, data=data), TensorSpec(indices, "int32")]
    return Layer("GATHER_ND", given, [TensorSpec(out, "int8", 0.1, 3)])


TABLE = np.arange(-24, 24, dtype=np.int8).reshape(8, 6)
LAYERS = (
    gather((8, 6), (3,), 0),
    gather((2, 8, 5), (2, 2), 1),
    gather((8, 6), (4,), 0, TABLE),
    gather((3, 8), (5,), 1),
    gather_nd((8, 8, 3), (4, 2)),
    gather_nd((8, 5), (2, 3, 1)),
    gather_nd((8, 8), (5, 2)),
    gather_nd((8, 6), (4, 1), TABLE),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    random = np.random.default_rng(2)
    inputs: list[np.ndarray] = []
    for layer in LAYERS:
        for tensor in layer.inputs:
            if tensor.data is None:
                low, high = (0, 8) if tensor.dtype == "int32" else (-128, 128)
                inputs.append(random.integers(low, high, (3, *tensor.shape)).astype(tensor.dtype))
    return vectors_of(model_of(LAYERS), tmp_path_factory.mktemp("edges"), ["double"], inputs)


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_computed_indices_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


BREAKS = (
    ("* layer->steps[axis]", "* layer->steps[0]"),
    ("from += layer->size * layer->block", "from += layer->block"),
)


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    patch = ("runtime/kernels/gather.c", *broken)
    try:
        assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=patch))
    except AssertionError as error:
        assert "sanitizer" in str(error).lower(), "reading what is not there is noticed as well"


X = TensorSpec((8, 6), "int8", 0.1)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (gather((8, 6), (3,), 0, dtype="int64"), "int64 indices"),
        (gather_nd((8, 6), (3, 4)), "name no element"),
        (
            Layer(
                "GATHER_ND", gather_nd((8, 6), (3, 2)).inputs, [TensorSpec((2,), "int8", 0.1, 3)]
            ),
            "it is [3]",
        ),
        (
            Layer("GATHER", [TensorSpec((8, 6), "int8", 0.1)], [TensorSpec((8, 6), "int8", 0.1)]),
            "GATHER needs 2",
        ),
    ],
)
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad))
