# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The reader: what a sound file becomes, and that an unsound one is one clear ModelError."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import ModelError
from mcugen.model.ir import DType, Quant
from mcugen.model.operands import OPERANDS
from mcugen.model.tflite import identifier, parse_tflite, read_tflite
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

WEIGHTS = np.arange(-12, 12, dtype=np.int8).reshape(3, 8)
POOL = {"padding": "SAME", "stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2}


def test_fully_connected_becomes_a_graph() -> None:
    data = fully_connected(WEIGHTS, np.array([7, -8, 9]), activation="RELU")
    graph = parse_tflite(data, "some-net.tflite")
    assert graph.name == "some_net"
    assert graph.file_bytes == len(data)
    (op,) = graph.ops
    assert (op.kind, op.inputs, op.outputs) == ("FULLY_CONNECTED", (0, 1, 3), (2,))
    assert op.options["fused_activation_function"] == "RELU"
    assert op.options["keep_num_dims"] is False
    source, weights, bias = graph.input_tensors(op)
    assert source is not None and source.data is None and source.dtype is DType.INT8
    assert source.quant == Quant((float(np.float32(0.05)),), (-3,))
    assert weights is not None and np.array_equal(weights.data, WEIGHTS)
    assert bias is not None and bias.dtype is DType.INT32 and bias.data.tolist() == [7, -8, 9]
    with pytest.raises(ValueError, match="read-only"):
        weights.data[0, 0] = 1


def test_per_channel_weights_keep_their_axis_and_one_channel_is_per_tensor() -> None:
    weights = parse_tflite(fully_connected(WEIGHTS, weight_scales=[1, 2, 3]), "m").tensors[1]
    assert weights.quant == Quant((1.0, 2.0, 3.0), (0, 0, 0), 0)
    weights = parse_tflite(fully_connected(WEIGHTS, weight_scales=[2]), "m").tensors[1]
    assert weights.quant is not None and weights.quant.scale == 2.0


def test_stray_axis_on_a_one_dimensional_bias_is_ignored() -> None:
    """TOCO copies quantized_dimension 3 of depthwise weights to their bias."""
    bias = TensorSpec((2,), "int32", [0.1, 0.2], axis=3, data=np.zeros(2, np.int32))
    tensors = [TensorSpec((1, 2), scales=1.0), TensorSpec((1, 2), scales=1.0), bias]
    data = model_bytes(tensors, [OpSpec("ADD", [0, 2], [1])], [0], [1])
    quant = parse_tflite(data, "m").tensors[2].quant
    assert quant is not None and quant.axis == 0


def test_absent_option_table_gives_the_defaults_of_the_schema() -> None:
    tensors = [TensorSpec((1, 2), scales=1.0), TensorSpec((1, 2), scales=1.0)]
    data = model_bytes(tensors, [OpSpec("DEPTHWISE_CONV_2D", [0, 0], [1])], [0], [1])
    assert parse_tflite(data, "m").ops[0].options == {
        "padding": "SAME",
        "stride_w": 0,
        "stride_h": 0,
        "depth_multiplier": 0,
        "fused_activation_function": "NONE",
        "dilation_w_factor": 1,
        "dilation_h_factor": 1,
    }


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("MAX_POOL_2D", POOL | {"fused_activation_function": "RELU6"}),
        ("STRIDED_SLICE", {"begin_mask": 6, "shrink_axis_mask": 2}),
        ("RESHAPE", {"new_shape": (1, -1)}),
        ("SPLIT", {"num_splits": 4}),
        ("UNPACK", {"num": 10, "axis": 1}),
        ("RESIZE_NEAREST_NEIGHBOR", {"half_pixel_centers": True}),
        ("LEAKY_RELU", {"alpha": 0.5}),
        ("MEAN", {"keep_dims": True}),
        ("MAXIMUM", {}),
        ("PADV2", {}),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", {"time_major": True, "cell_clip": 2.0}),
        ("TRANSPOSE_CONV", {"padding": "VALID", "stride_w": 2}),
        ("WHILE", {"cond_subgraph_index": 1, "body_subgraph_index": 2}),
        ("CAST", {"in_data_type": "INT8", "out_data_type": "FLOAT32"}),
        ("TANH", {}),
        ("CUSTOM:FlexTensorListStack", {}),
    ],
)
def test_options_and_kinds_survive_the_file(kind: str, options: dict[str, object]) -> None:
    tensors = [TensorSpec((1, 2, 2, 1), scales=1.0), TensorSpec((1, 1, 1, 1), scales=1.0)]
    fewest = OPERANDS[kind][0].start if kind in OPERANDS else 1
    spec = OpSpec(kind, [0] * fewest, [1], options)
    (op,) = parse_tflite(model_bytes(tensors, [spec], [0], [1]), "m").ops
    assert op.kind == kind
    assert {key: op.options[key] for key in options} == options


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("a-b.c", "a_b_c"), ("1x", "model_1x"), ("", "model"), ("Ünïcode", "n_code"), ("k_w", "k_w")],
)
def test_identifier(stem: str, expected: str) -> None:
    assert identifier(stem) == expected


A = TensorSpec((1, 4), scales=1.0)
FLOAT = TensorSpec((1, 4), "float32")
RELU = OpSpec("RELU", [0], [1])
WILD_ADD = OpSpec("ADD", [0], [1], {"fused_activation_function": 77})
LONG_DATA = TensorSpec((1, 4), scales=1.0, data=bytes(5))


@pytest.mark.parametrize(
    ("words", "tensors", "ops", "inputs", "outputs"),
    [
        ("names tensor 7 of 2", [A, A], [OpSpec("RELU", [7], [1])], [0], [1]),
        ("names tensor -1 of 2", [A, A], [OpSpec("RELU", [0], [-1])], [0], [1]),
        ("names tensor 9 of 2", [A, A], [RELU], [0], [9]),
        ("before anything wrote it", [A, A, A], [OpSpec("RELU", [2], [1])], [0], [1]),
        ("which has a value", [A, A], [RELU, RELU], [0], [1]),
        ("which has a value", [A], [OpSpec("RELU", [0], [0])], [0], [0]),
        ("nothing writes the graph's output", [A, A, A], [RELU], [0], [2]),
        ("no inputs or no outputs", [A, A], [RELU], [0], []),
        ("needs 4 bytes of data, the file has 5", [A, A, LONG_DATA], [RELU], [0], [1]),
        ("impossible shape", [A, TensorSpec((1, -4))], [RELU], [0], [1]),
        ("impossible shape", [A, TensorSpec((1 << 30, 4))], [RELU], [0], [1]),
        ("impossible shape", [A, TensorSpec((1,) * 9)], [RELU], [0], [1]),
        ("not a positive number", [A, TensorSpec((1, 4), scales=0.0)], [RELU], [0], [1]),
        ("not a positive number", [A, TensorSpec((1, 4), scales=np.nan)], [RELU], [0], [1]),
        ("cannot hold", [A, TensorSpec((1, 4), scales=1, zero_points=128)], [RELU], [0], [1]),
        ("3 scales along axis 1", [A, TensorSpec((1, 4), scales=[1] * 3, axis=1)], [RELU], [0], [1]),
        ("holds data and is written", [A, TensorSpec((1, 4), data=bytes(4))], [RELU], [0], [1]),
        ("unknown fused_activation", [A, A], [WILD_ADD], [0], [1]),
    ],
)  # fmt: skip
def test_unsound_graphs_are_refused(
    words: str,
    tensors: list[TensorSpec],
    ops: list[OpSpec],
    inputs: list[int],
    outputs: list[int],
) -> None:
    with pytest.raises(ModelError, match=words):
        parse_tflite(model_bytes(tensors, ops, inputs, outputs), "bad.tflite")


@pytest.mark.parametrize("data", [b"", b"TFL3", b"RIFF____WAVE", bytes(100)])
def test_other_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"clip\.wav is not a \.tflite file"):
        read_tflite(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        read_tflite(tmp_path / "no.tflite")
    with pytest.raises(ModelError, match="Is a directory"):
        read_tflite(tmp_path)


def test_every_truncation_is_refused() -> None:
    data = fully_connected(WEIGHTS, np.zeros(3))
    for length in range(0, len(data) - 1, 7):
        with pytest.raises(ModelError):
            parse_tflite(data[:length], "cut.tflite")


def test_real_models_are_read(real_models: Path) -> None:
    names = sorted(path.name for path in real_models.glob("*.tflite"))
    graphs = [read_tflite(real_models / name) for name in names]
    assert {graph.name: len(graph.ops) for graph in graphs} == {
        "ad01_int8": 10,
        "kws_ref_model": 13,
        "pretrainedResnet_quant": 16,
        "str_ww_ref_model": 11,
        "vww_96_int8": 31,
    }
