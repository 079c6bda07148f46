# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What ai-edge-quantizer makes of float models; run by test_quantize.py, with its packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.evaluation.model_runner import open_tflite
from mcugen.model.check import check_graph
from mcugen.model.ir import DType
from mcugen.model.tflite import read_tflite
from mcugen.train.quantize import quantize_tflite
from tests.cli.calls import call
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes
from tests.train.test_quantize import STORED, VECTORS


@pytest.mark.parametrize("stored", STORED)
def test_the_int8_model_is_close_to_the_float_one(stored: str, tmp_path: Path) -> None:
    """A file without a signature, as converters wrote before 2021."""
    path = tmp_path / "net.tflite"
    content, weights = STORED[stored]
    path.write_bytes(content)
    files = quantize_tflite(path, lambda: VECTORS)
    graph = read_tflite(files["int8"])
    taken = graph.tensors[graph.inputs[0]]
    assert (files["int8"].name, taken.dtype) == ("net_int8.tflite", DType.INT8)
    assert check_graph(graph) == []
    with open_tflite(files["int8"]) as model:
        found = model.run(VECTORS)
    expected = VECTORS @ weights.T.astype(np.float32)
    assert np.abs(found - expected).max() < 0.02 * np.ptp(expected)


def convolution() -> bytes:
    """CONV_2D, MEAN and FULLY_CONNECTED of float32."""
    random = np.random.default_rng(2)
    filters, weights = random.normal(0, 0.5, (4, 3, 3, 2)), random.normal(0, 0.5, (3, 4))
    tensors = [
        TensorSpec((1, 6, 6, 2), "float32", name="in"),
        TensorSpec((4, 3, 3, 2), "float32", data=filters.astype(np.float32), name="filters"),
        TensorSpec((4,), "float32", data=np.zeros(4, np.float32), name="bias"),
        TensorSpec((1, 4, 4, 4), "float32", name="conv"),
        TensorSpec((2,), "int32", data=np.array([1, 2], np.int32), name="axes"),
        TensorSpec((1, 4), "float32", name="mean"),
        TensorSpec((3, 4), "float32", data=weights.astype(np.float32), name="weights"),
        TensorSpec((1, 3), "float32", name="out"),
    ]
    options = {
        "padding": "VALID",
        "stride_w": 1,
        "stride_h": 1,
        "fused_activation_function": "RELU",
    }
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], options),
        OpSpec("MEAN", [3, 4], [5], {"keep_dims": False}),
        OpSpec("FULLY_CONNECTED", [5, 6, -1], [7]),
    ]
    return model_bytes(tensors, ops, [0], [7])


def test_from_a_float_file_to_a_bit_exact_device(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As docs/converting.md has it."""
    (tmp_path / "data").mkdir()
    samples = np.random.default_rng(3).normal(0, 1, (30, 6, 6, 2)).astype(np.float32)
    np.save(tmp_path / "data" / "x_train.npy", samples)
    np.save(tmp_path / "data" / "x_test.npy", samples)
    model = tmp_path / "net.tflite"
    model.write_bytes(convolution())
    assert call(capfd, "convert", model, "--data", tmp_path / "data").status == 0
    project = tmp_path / "project"
    made = call(capfd, "build", tmp_path / "net_int8.tflite", "--board", "host", "--out", project)
    assert made.status == 0, made.err
    answer = call(capfd, "verify", project)
    assert answer.status == 0 and "bit-exact with double rounding" in answer.out
