# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Integer arithmetic on shapes is folded; shapes that contradict the operators are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.errors import ModelError
from mcugen.model.check import check_graph
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.shapes import shape_problems
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


def ints(*values: int) -> TensorSpec:
    return TensorSpec((len(values),), "int32", data=np.array(values, np.int32))


def int8(*shape: int) -> TensorSpec:
    return TensorSpec(shape, "int8", 0.1, 0)


FLATTEN = model_bytes(
    [
        int8(1, 3, 4),
        TensorSpec((3,), "int32"),
        ints(0), ints(1), ints(1),
        TensorSpec((), "int32"),
        TensorSpec((), "int32", data=np.array(12, np.int32)),
        TensorSpec((2,), "int32"),
        int8(1, 12),
    ],
    [
        OpSpec("SHAPE", [0], [1]),
        OpSpec("STRIDED_SLICE", [1, 2, 3, 4], [5], {"shrink_axis_mask": 1}),
        OpSpec("PACK", [5, 6], [7], {"values_count": 2}),
        OpSpec("RESHAPE", [0, 7], [8]),
    ],
    [0],
    [8],
)  # fmt: skip
"""What Keras' Flatten becomes without a batch size."""


def test_shape_arithmetic_of_an_unknown_batch_is_folded(tmp_path: Path) -> None:
    graph = parse_tflite(FLATTEN, "m")
    assert [(op.index, op.kind) for op in graph.ops] == [(3, "RESHAPE")]
    found = graph.tensors[7].data
    assert found is not None and found.tolist() == [1, 12]
    assert ENGINES["aot"].supports(graph) == () and check_graph(graph) == []
    (tmp_path / "m.tflite").write_bytes(FLATTEN)
    with open_reference(tmp_path / "m.tflite") as reference:
        x = np.arange(12, dtype=np.int8).reshape(1, 1, 3, 4)
        assert (reference.run([x])[0].reshape(-1) == x.reshape(-1)).all()


def one(kind: str, given: list[TensorSpec], out: TensorSpec, **options: Any) -> Graph:
    """A graph of one operator; its first input is the model's."""
    tensors = [*given, out]
    op = OpSpec(kind, range(len(given)), [len(given)], options)
    return parse_tflite(model_bytes(tensors, [op], [0], [len(given)]), "m")


POOL = {"stride_w": 2, "stride_h": 2, "filter_width": 3, "filter_height": 2}
BLOCKS = [ints(2), TensorSpec((1, 2), "int32", data=np.array([[0, 1]], np.int32))]
CASES: list[tuple[str, list[TensorSpec], tuple[int, ...], dict[str, Any]]] = [
    ("SPACE_TO_BATCH_ND", [int8(1, 21, 3), *BLOCKS], (2, 11, 3), {}),
    ("BATCH_TO_SPACE_ND", [int8(2, 11, 3), *BLOCKS], (1, 21, 3), {}),
    ("AVERAGE_POOL_2D", [int8(1, 7, 9, 2)], (1, 4, 5, 2), POOL | {"padding": "SAME"}),
    ("MAX_POOL_2D", [int8(1, 7, 9, 2)], (1, 3, 4, 2), POOL | {"padding": "VALID"}),
    ("PAD", [int8(1, 3), TensorSpec((2, 2), "int32", data=np.array([[0, 0], [1, 2]], np.int32))],
     (1, 6), {}),
    ("TRANSPOSE", [int8(2, 3, 4), ints(2, 0, 1)], (4, 2, 3), {}),
    ("MEAN", [int8(2, 3, 4), ints(-1)], (2, 3), {}),
    ("MEAN", [int8(2, 3, 4), ints(0, 1)], (1, 1, 4), {"keep_dims": True}),
    ("GATHER", [int8(2, 3, 4), ints(2, 0)], (2, 2, 4), {"axis": 1}),
    ("TILE", [int8(2, 3), ints(2, 1)], (4, 3), {}),
    ("RESHAPE", [int8(2, 3, 4), ints(-1, 6)], (4, 6), {}),
    ("CONCATENATION", [int8(2, 3), int8(2, 3)], (2, 6), {"axis": 1}),
    ("DEPTH_TO_SPACE", [int8(1, 2, 3, 8)], (1, 4, 6, 2), {"block_size": 2}),
    ("SPACE_TO_DEPTH", [int8(1, 4, 6, 2)], (1, 2, 3, 8), {"block_size": 2}),
    ("ADD", [int8(1, 3, 1), int8(2, 1, 4)], (2, 3, 4), {}),
    ("RESIZE_NEAREST_NEIGHBOR", [int8(1, 2, 3, 4), ints(5, 6)], (1, 5, 6, 4), {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "shape", "options"), CASES)
def test_a_shape_that_follows_is_taken_and_any_other_is_named(
    kind: str, given: list[TensorSpec], shape: tuple[int, ...], options: dict[str, Any]
) -> None:
    given = [t if t.data is not None or i == 0 else ints_like(t) for i, t in enumerate(given)]
    assert [*shape_problems(one(kind, given, int8(*shape), **options))] == []
    wrong = (*shape[:-1], shape[-1] + 1)
    (problem,) = shape_problems(one(kind, given, int8(*wrong), **options))
    assert f"{list(wrong)} in the file, but computes {list(shape)}" in problem.what
    assert "batch size" in problem.hint


def ints_like(tensor: TensorSpec) -> TensorSpec:
    """A second operand as a constant."""
    data = np.zeros(tensor.shape, np.int8)
    return TensorSpec(tensor.shape, "int8", 0.1, 0, data=data)


def test_a_contradiction_is_refused_for_every_engine_and_for_the_reference(tmp_path: Path) -> None:
    tensors = [int8(1, 20, 3), *BLOCKS[:1], BLOCKS[1], int8(1, 11, 3)]
    op = OpSpec("SPACE_TO_BATCH_ND", [0, 1, 2], [3])
    path = tmp_path / "m.tflite"
    path.write_bytes(model_bytes(tensors, [op], [0], [3]))
    assert "computes" in check_graph(parse_tflite(path.read_bytes(), "m"))[0].what
    with pytest.raises(ModelError, match="in the file, but computes"), open_reference(path):
        pass


def test_damaged_arguments_are_left_to_the_engines() -> None:
    for argument in (ints(7), ints(-9), ints(2**31 - 1)):
        graph = one("MEAN", [int8(2, 3), argument], int8(2, 3))
        assert ENGINES["aot"].supports(graph)
    huge = one("TILE", [int8(2, 3), ints(2**31 - 1, 2**31 - 1)], int8(2, 3))
    assert [*shape_problems(huge)]


def test_what_never_changes_is_a_constant() -> None:
    """QUANTIZE, DEQUANTIZE and RESHAPE of constants, FILL and ZEROS_LIKE."""
    values = np.array([-1.0, 0.05, 0.1499, 30.0], np.float32)
    tensors = [
        TensorSpec((4,), "float32", data=values),
        int8(4),
        TensorSpec((4,), "float32"),
        int8(2, 2), ints(2, 2),
        int8(2, 2), int8(2, 2),
        TensorSpec((2, 2), "float32"), TensorSpec((), "float32", data=np.array(0.5, np.float32)),
        TensorSpec((2, 2), "float32"),
    ]  # fmt: skip
    ops = [
        OpSpec("QUANTIZE", [0], [1]),
        OpSpec("DEQUANTIZE", [1], [2]),
        OpSpec("RESHAPE", [1, 4], [3]),
        OpSpec("MAXIMUM", [3, 5], [6]),
        OpSpec("FILL", [4, 8], [7]),
        OpSpec("ZEROS_LIKE", [7], [9]),
    ]
    graph = parse_tflite(model_bytes(tensors, ops, [5], [6]), "m")
    assert [op.kind for op in graph.ops] == ["MAXIMUM"]
    found = {i: graph.tensors[i].data for i in (1, 2, 3, 7, 9)}
    expected = {
        1: [-10, 1, 1, 127],
        2: [-1.0, np.float32(0.1), np.float32(0.1), np.float32(0.1) * np.float32(127)],
        3: [[-10, 1], [1, 127]],
        7: [[0.5, 0.5]] * 2,
        9: [[0, 0]] * 2,
    }
    for index, wanted in expected.items():
        data = found[index]
        assert data is not None and data.tolist() == np.array(wanted, data.dtype).tolist(), index
