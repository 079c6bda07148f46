# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""uint8 ends are read as int8 ones that are 128 less; the reference still runs the file as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.features.coding import input_coding, output_coding
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.reference_worker import TfliteMicro
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

SHAPE = (1, 256)
FILE_IN, FILE_OUT = (0.05, 131), (1 / 256, 0)
EVERY = np.arange(256, dtype=np.uint8).reshape(1, *SHAPE)


def uint8_ended(inner: tuple[float, int] = (0.05, 3), out: tuple[float, int] = FILE_OUT) -> bytes:
    """QUANTIZE uint8 to int8, LOGISTIC, QUANTIZE int8 to uint8."""
    tensors = [
        TensorSpec(SHAPE, "uint8", *FILE_IN),
        TensorSpec(SHAPE, "int8", *inner),
        TensorSpec(SHAPE, "int8", 1 / 256, -128),
        TensorSpec(SHAPE, "uint8", *out),
    ]
    ops = [OpSpec("QUANTIZE", [0], [1]), OpSpec("LOGISTIC", [1], [2]), OpSpec("QUANTIZE", [2], [3])]
    return model_bytes(tensors, ops, [0], [3])


def test_both_quantize_are_folded_and_nothing_else() -> None:
    graph = parse_tflite(uint8_ended(), "m")
    assert [(op.index, op.kind) for op in graph.ops] == [(1, "LOGISTIC")]
    assert [op.kind for op in graph.file_ops] == ["QUANTIZE", "LOGISTIC", "QUANTIZE"]
    assert (graph.inputs, graph.outputs, graph.shifted) == ((1,), (2,), {1, 2})
    assert ENGINES["aot"].supports(graph) == () and ENGINES["tflm"].supports(graph) == ()


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (uint8_ended(inner=(0.04, 3)), ["QUANTIZE", "LOGISTIC"]),
        (uint8_ended(inner=(0.05, 4)), ["QUANTIZE", "LOGISTIC"]),
        (uint8_ended(out=(1 / 128, 0)), ["LOGISTIC", "QUANTIZE"]),
    ],
)
def test_what_changes_more_than_the_highest_bit_stays(data: bytes, kinds: list[str]) -> None:
    assert [op.kind for op in parse_tflite(data, "m").ops] == kinds


def folded_and_file(data: bytes, folder: Path) -> tuple[Graph, np.ndarray, np.ndarray]:
    """The model as read, its outputs by the reference, and what TFLite Micro says to uint8."""
    path = folder / "m.tflite"
    path.write_bytes(data)
    with open_reference(path) as reference:
        graph = reference.graph
        given = input_coding(graph).accept(EVERY)
        assert given is not None
        (got,) = reference.run([given])
    return graph, got, TfliteMicro(data, 100_000).run([EVERY[0]], 1, [])[0]


@pytest.mark.parametrize("out", [FILE_OUT, (1 / 128, 0)])
def test_the_reference_answers_as_the_file_does(out: tuple[float, int], tmp_path: Path) -> None:
    graph, got, said = folded_and_file(uint8_ended(out=out), tmp_path)
    expected = output_coding(graph).accept(said)
    assert expected is not None and (got.reshape(-1) == expected.reshape(-1)).all()


def test_real_values_do_not_change() -> None:
    values = np.linspace(-7, 7, 256, dtype=np.float32).reshape(SHAPE)
    graph = parse_tflite(uint8_ended(), "m")
    coding = input_coding(graph)
    in_file = np.clip(np.round(values / np.float32(0.05)) + 131, 0, 255)
    assert (coding.as_in_file(coding.encode(values)) == in_file).all()
