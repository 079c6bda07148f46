# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A float .tflite becomes an int8 one that is close to it, or a reason."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.evaluation.model_runner import open_tflite
from mcugen.model.check import check_graph
from mcugen.model.ir import DType
from mcugen.model.tflite import read_tflite
from mcugen.train.quantize import load_quantizer, quantize_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

INSTALLED = importlib.util.find_spec("ai_edge_quantizer") is not None
needs_quantizer = pytest.mark.skipif(not INSTALLED, reason="pip install 'mcugen[quantize]'")
WEIGHTS = np.random.default_rng(0).normal(0, 1, (6, 16)).astype(np.float32)
VECTORS = np.random.default_rng(1).normal(0, 1, (40, 16)).astype(np.float32)


def dense(weights: np.ndarray, *, scale: float | None = None) -> bytes:
    """One FULLY_CONNECTED of float32 ends."""
    tensors = [
        TensorSpec((1, 16), "float32", name="in"),
        TensorSpec((6, 16), weights.dtype.name, scale, data=weights, name="w"),
        TensorSpec((1, 6), "float32", name="out"),
    ]
    return model_bytes(tensors, [OpSpec("FULLY_CONNECTED", [0, 1, -1], [2])], [0], [2])


@pytest.mark.parametrize(
    ("weights", "scale", "reason"),
    [
        (WEIGHTS.astype(np.int8), 0.1, "has dynamic-range quantisation: its float weights"),
        (WEIGHTS.astype(np.float16), None, "has float16 weights"),
    ],
)
def test_other_weights_are_refused(
    weights: np.ndarray, scale: float | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(dense(weights, scale=scale))
    with pytest.raises(ModelError, match=reason):
        quantize_tflite(path, lambda: VECTORS)
    assert [file.name for file in tmp_path.iterdir()] == ["net.tflite"]


def test_what_is_quantised_already_is_refused(tmp_path: Path) -> None:
    tensors = [TensorSpec((1, 4), "int8", 0.1), TensorSpec((1, 4), "int8", 0.1)]
    path = tmp_path / "net.tflite"
    path.write_bytes(model_bytes(tensors, [OpSpec("RELU", [0], [1])], [0], [1]))
    with pytest.raises(ModelError, match="is converted already"):
        quantize_tflite(path, lambda: VECTORS)


@pytest.mark.skipif(INSTALLED, reason="ai-edge-quantizer is installed")
def test_without_the_extra_the_way_to_install_it_is_said() -> None:
    with pytest.raises(EnvironmentError_, match="needs ai-edge-quantizer") as caught:
        load_quantizer()
    assert "mcugen[quantize]" in caught.value.hint


@needs_quantizer
def test_the_int8_model_is_close_to_the_float_one(tmp_path: Path) -> None:
    """A file without a signature, as converters wrote before 2021."""
    path = tmp_path / "net.tflite"
    path.write_bytes(dense(WEIGHTS))
    files = quantize_tflite(path, lambda: VECTORS)
    graph = read_tflite(files["int8"])
    taken = graph.tensors[graph.inputs[0]]
    assert (files["int8"].name, taken.dtype) == ("net_int8.tflite", DType.INT8)
    assert check_graph(graph) == []
    with open_tflite(files["int8"]) as model:
        found = model.run(VECTORS)
    expected = VECTORS @ WEIGHTS.T
    assert np.abs(found - expected).max() < 0.02 * np.ptp(expected)
