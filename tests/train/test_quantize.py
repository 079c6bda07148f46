# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A float .tflite becomes an int8 one that is close to it, or a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model.tflite import parse_tflite
from mcugen.train.float_weights import stored_small
from mcugen.train.quantize import load_quantizer, quantize_tflite
from tests.cli.calls import call
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes
from tests.train.commands import run_apart

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


def half() -> bytes:
    """The same with float16 weights, as the converter writes them: behind DEQUANTIZE."""
    tensors = [
        TensorSpec((1, 16), "float32", name="in"),
        TensorSpec((6, 16), "float16", data=WEIGHTS.astype(np.float16), name="half"),
        TensorSpec((6, 16), "float32", name="w"),
        TensorSpec((1, 6), "float32", name="out"),
    ]
    ops = [OpSpec("DEQUANTIZE", [1], [2]), OpSpec("FULLY_CONNECTED", [0, 2, -1], [3])]
    return model_bytes(tensors, ops, [0], [3])


def all_half() -> bytes:
    """All of it in float16, as onnx2tf writes it."""
    tensors = [
        TensorSpec((1, 16), "float16", name="in"),
        TensorSpec((6, 16), "float16", data=WEIGHTS.astype(np.float16), name="w"),
        TensorSpec((1, 6), "float16", name="out"),
    ]
    return model_bytes(tensors, [OpSpec("FULLY_CONNECTED", [0, 1, -1], [2])], [0], [2])


ROUNDED = np.round(WEIGHTS / 0.03).clip(-127, 127).astype(np.int8)
STORED = {
    "float32": (dense(WEIGHTS), WEIGHTS),
    "float16": (half(), WEIGHTS.astype(np.float16)),
    "float16 throughout": (all_half(), WEIGHTS.astype(np.float16)),
    "dynamic range": (dense(ROUNDED, scale=0.03), 0.03 * ROUNDED),
}
"""What a file holds -> the file, and the weights that its model computes with."""


@pytest.mark.parametrize("stored", [s for s in STORED if s != "float32"])
def test_weights_of_other_types_are_what_they_stand_for(stored: str) -> None:
    content, weights = STORED[stored]
    graph = parse_tflite(content, "net")
    ((index, values),) = stored_small(graph).items()
    assert graph.tensors[index].name == "w"
    np.testing.assert_allclose(values, weights, rtol=1e-6)


def test_scales_of_channels_are_theirs() -> None:
    tensors = [
        TensorSpec((1, 16), "float32"),
        TensorSpec((6, 16), "int8", np.arange(1, 7) / 8, [0] * 6, data=ROUNDED),
        TensorSpec((1, 6), "float32"),
    ]
    content = model_bytes(tensors, [OpSpec("FULLY_CONNECTED", [0, 1, -1], [2])], [0], [2])
    values = stored_small(parse_tflite(content, "net"))[1]
    np.testing.assert_array_equal(values, ROUNDED * (np.arange(1, 7)[:, None] / 8))


def test_what_is_quantised_already_is_refused(tmp_path: Path) -> None:
    tensors = [TensorSpec((1, 4), "int8", 0.1), TensorSpec((1, 4), "int8", 0.1)]
    path = tmp_path / "net.tflite"
    path.write_bytes(model_bytes(tensors, [OpSpec("RELU", [0], [1])], [0], [1]))
    with pytest.raises(ModelError, match="is converted already"):
        quantize_tflite(path, lambda: VECTORS)


def test_without_the_extra_the_way_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_quantizer", None)
    with pytest.raises(EnvironmentError_, match="needs ai-edge-quantizer") as caught:
        load_quantizer()
    assert "mcugen[quantize]" in caught.value.hint


def test_a_pytorch_file_is_sent_to_its_exporters(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "n.pt").write_bytes(b"x")
    for part in ("train", "test"):
        np.save(tmp_path / f"x_{part}.npy", VECTORS)
    answer = call(capfd, "convert", tmp_path / "n.pt", "--data", tmp_path)
    assert answer.status == 2 and "export it as .onnx, or by litert-torch" in answer.err


@pytest.mark.slow
def test_quantising_in_an_environment_of_its_own() -> None:
    """tests/train/quantizing.py, with the packages that contradict TensorFlow's before the others."""
    run_apart(Path(__file__).with_name("quantizing.py"), "quantize")
