# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Multiply-accumulates and weight bytes, against figures known from elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.model.cost import macs, weight_bytes
from mcugen.model.tflite import parse_tflite, read_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


@pytest.mark.parametrize(
    ("name", "expected_macs", "raw_bytes"),
    [
        ("ad01_int8", 264_192, 270_880),
        ("kws_ref_model", 2_656_768, 24_376),
        ("pretrainedResnet_quant", 12_501_632, 78_752),
        ("vww_96_int8", 7_489_664, 219_072),
        ("str_ww_ref_model", 826_368, 49_420),
    ],
)
def test_real_models(name: str, expected_macs: int, raw_bytes: int, real_models: Path) -> None:
    """Macs as published; bytes are raw weights and biases plus the shape of RESHAPE."""
    graph = read_tflite(real_models / f"{name}.tflite")
    assert sum(macs(graph, op) for op in graph.ops) == expected_macs
    assert weight_bytes(graph, graph.ops) == raw_bytes


def test_a_shared_constant_counts_once() -> None:
    bias = TensorSpec((1, 4), scales=1.0, data=np.zeros(4, np.int8))
    tensors = [TensorSpec((1, 4), scales=1.0)] * 3 + [bias]
    ops = [OpSpec("ADD", [0, 3], [1]), OpSpec("ADD", [1, 3], [2])]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2]), "m")
    assert weight_bytes(graph, graph.ops) == 4
    assert macs(graph, graph.ops[0]) == 0


def test_transpose_conv_counts_from_its_input() -> None:
    tensors = [
        TensorSpec((1, 3, 5, 2), scales=1.0),
        TensorSpec((7, 2, 2, 2), scales=1.0, data=bytes(56)),
        TensorSpec((4,), "int32", data=np.array([1, 6, 10, 7], np.int32)),
        TensorSpec((1, 6, 10, 7), scales=1.0),
    ]
    ops = [OpSpec("TRANSPOSE_CONV", [2, 1, 0], [3], {"stride_w": 2, "stride_h": 2})]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [3]), "m")
    assert macs(graph, graph.ops[0]) == 3 * 5 * 2 * 2 * 2 * 7
