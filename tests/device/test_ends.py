# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models whose inputs and outputs are not one int8 tensor each, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcugen.device.verify import FLOAT_TOLERANCE, gaps_of
from tests.cli.calls import call
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

Capture = pytest.CaptureFixture[str]

SHAPE = (1, 2500)  # more than one PUSH holds


def several() -> bytes:
    """float32 and uint8 in; int8, float32 and uint8 out: two branches and their maximum."""
    tensors = [
        TensorSpec(SHAPE, "float32", name="values"),
        TensorSpec(SHAPE, "uint8", 0.05, 128, name="pixels"),
        TensorSpec(SHAPE, "int8", 0.05, 0),
        TensorSpec(SHAPE, "int8", 0.05, 0),
        TensorSpec(SHAPE, "int8", 0.05, 0, name="most"),
        TensorSpec(SHAPE, "float32", name="real"),
        TensorSpec(SHAPE, "uint8", 0.05, 128, name="shown"),
        TensorSpec(SHAPE, "int8", 0.05, 0),
    ]
    ops = [
        OpSpec("QUANTIZE", [0], [2]),
        OpSpec("QUANTIZE", [1], [3]),
        OpSpec("MAXIMUM", [2, 3], [4]),
        OpSpec("DEQUANTIZE", [4], [5]),
        OpSpec("RELU", [2], [7]),
        OpSpec("QUANTIZE", [7], [6]),
    ]
    return model_bytes(tensors, ops, [0, 1], [4, 5, 6])


def built(data: bytes, folder: Path, capfd: Capture, *words: str) -> Path:
    (folder / "m.tflite").write_bytes(data)
    out = folder / "project"
    answer = call(capfd, "build", folder / "m.tflite", "--board", "host", "--out", out, *words)
    assert answer.status == 0, answer.err
    return out


def test_several_inputs_and_outputs_of_other_types(tmp_path: Path, capfd: Capture) -> None:
    project = built(several(), tmp_path, capfd)
    answer = call(capfd, "verify", project, "--vectors", "3", "--json")
    (verdict,) = json.loads(answer.out)["verdicts"]
    assert (answer.status, verdict["values"], verdict["different"]) == (0, 9 * 3 * 2500, 0)
    clip = tmp_path / "a.npz"
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (2, 2500)).astype(np.uint8)
    np.savez(clip, values=random.normal(0, 3, (2, 2500)).astype(np.float32), pixels=pixels)
    answer = call(capfd, "run", project, clip, "--out", tmp_path / "run")
    assert answer.status == 0, answer.err
    records = [
        json.loads(line) for line in (tmp_path / "run" / "records.jsonl").read_text().splitlines()
    ]
    (record,) = [r for r in records if "outputs_compared" in r]
    assert (record["windows"], record["outputs_compared"]) == (2, 2 * 3 * 2500)
    assert record["outputs_different"] == 0 == record["features_different"]
    for name, content in zip(("0_first.npy", "1_second.npy"), np.load(clip).values(), strict=True):
        (tmp_path / "set" / "one").mkdir(parents=True, exist_ok=True)
        np.save(tmp_path / "set" / "one" / name, content)
    np.savez(tmp_path / "set" / "b.npz", **np.load(clip))
    answer = call(capfd, "run", project, tmp_path / "set", "--out", tmp_path / "folders")
    assert answer.status == 0, answer.err
    assert f"all {2 * 2 * 3 * 2500:,} output values equal" in answer.out, answer.out
    wrong = call(capfd, "run", project, clip, "--input", "features")
    assert wrong.status == 2 and "no float features" in wrong.err


def test_rows_of_more_than_one_push_are_read_window_by_window(
    tmp_path: Path, capfd: Capture
) -> None:
    tensors = [TensorSpec(SHAPE, "float32"), TensorSpec(SHAPE, "int8", 0.05, 3)]
    model = model_bytes(tensors, [OpSpec("QUANTIZE", [0], [1])], [0], [1])
    project = built(model, tmp_path, capfd)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(0, 3, (3, 2500)).astype(np.float32))
    answer = call(capfd, "run", project, tmp_path / "x.npy", "--check-outputs")
    assert answer.status == 0 and "all 7,500 output values equal" in answer.out, answer.out


def test_float32_behind_the_c_library_is_compared_to_18_bits(
    tmp_path: Path, capfd: Capture
) -> None:
    shape = (1, 64)
    tensors = [
        TensorSpec(shape, "int8", 0.05, 3),
        TensorSpec(shape, "float32"),
        TensorSpec(shape, "float32"),
    ]
    ops = [OpSpec("DEQUANTIZE", [0], [1]), OpSpec("EXP", [1], [2])]
    project = built(model_bytes(tensors, ops, [0], [2]), tmp_path, capfd)
    answer = call(capfd, "verify", project, "--vectors", "3")
    assert answer.status == 0 and "float32 outputs to 18 bits" in answer.out, answer.out


def test_the_tolerance_is_that_of_float32_alone() -> None:
    wanted = np.array([[1.0, 100.0]], np.float32)
    near = wanted * np.float32(1 + 2**-20)
    assert gaps_of(near, wanted).all() and not gaps_of(near, wanted, FLOAT_TOLERANCE).any()
    assert gaps_of(wanted + np.float32(0.01), wanted, FLOAT_TOLERANCE).all()
    whole = np.array([[3, 100]], np.int8)
    assert gaps_of(whole + np.int8(1), whole, FLOAT_TOLERANCE).all()
