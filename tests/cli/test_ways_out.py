# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model that one engine refuses: another one is named only where it takes the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.calls import call
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

Capture = pytest.CaptureFixture[str]


def float_model() -> bytes:
    tensors = [TensorSpec((1, 4), "float32"), TensorSpec((1, 4), "float32")]
    return model_bytes(tensors, [OpSpec("LOGISTIC", [0], [1])], [0], [1])


def shape_of() -> bytes:
    """SHAPE of an activation into an output: TFLite Micro has it, `aot` does not."""
    tensors = [
        TensorSpec((1, 4), "int8", 0.1, 0),
        TensorSpec((2,), "int32"),
        TensorSpec((1, 4), "int8", 0.1, 0),
    ]
    ops = [OpSpec("SHAPE", [0], [1], {"out_type": "INT32"}), OpSpec("ABS", [0], [2])]
    return model_bytes(tensors, ops, [0], [1, 2])


def arg_max() -> bytes:
    """To int64: TFLite Micro allocates it and fails when it is invoked."""
    tensors = [
        TensorSpec((1, 4), "int8", 0.1, 0),
        TensorSpec((), "int32", data=np.array(1, np.int32)),
        TensorSpec((1,), "int64"),
    ]
    return model_bytes(
        tensors, [OpSpec("ARG_MAX", [0, 1], [2], {"output_type": "INT64"})], [0], [2]
    )


@pytest.mark.parametrize(
    ("model", "board", "named"),
    [
        (shape_of(), "host", "use --engine tflm, which takes the model"),
        (arg_max(), "host", ""),
        (float_model(), "host", ""),
        (float_model(), "imx93", "--engine benchmark_model only times the file"),
    ],
)
def test_other_engines_are_named_where_they_take_the_model(
    model: bytes, board: str, named: str, tmp_path: Path, capfd: Capture
) -> None:
    (tmp_path / "m.tflite").write_bytes(model)
    answer = call(capfd, "build", tmp_path / "m.tflite", "--board", board, "--out", tmp_path / "p")
    assert answer.status == 2 and not (tmp_path / "p").exists()
    assert named in answer.err if named else "--engine" not in answer.err, answer.err


def test_a_board_that_only_times_takes_any_file(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "m.tflite").write_bytes(float_model())
    options = ("--board", "imx93", "--engine", "benchmark_model", "--out", tmp_path / "p")
    answer = call(capfd, "build", tmp_path / "m.tflite", *options)
    assert answer.status == 0 and "without clips times the file" in answer.out
    files = {path.name for path in (tmp_path / "p").rglob("*") if path.is_file()}
    assert {"m.tflite", "launch.sh", "plan.sh"} < files and not any(f.endswith(".c") for f in files)
    refused = call(capfd, "run", tmp_path / "p", tmp_path / "m.tflite", "--host", "nowhere")
    assert refused.status == 2 and "try:" in refused.err
