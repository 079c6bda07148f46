# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An ONNX model becomes an int8 .tflite, or a reason; the conversions themselves are in onnx_models.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.train import onnx_model
from tests.cli.calls import call
from tests.train.commands import run_apart


def test_without_the_extra_the_way_to_install_it_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_model, "find_spec", lambda name: None)
    (tmp_path / "net.onnx").write_bytes(b"x")
    for part in ("train", "test"):
        np.save(tmp_path / f"x_{part}.npy", np.zeros((4, 8), np.float32))
    answer = call(capfd, "convert", tmp_path / "net.onnx", "--data", tmp_path)
    assert answer.status == 2
    assert "an ONNX model needs onnx, which is not installed" in answer.err
    assert "pip install 'mcugen[onnx]'" in answer.err


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("start\n\x1b[31mERROR:\x1b[0m op Foo is missing\ncleaning\n", "op Foo is missing"),
        ("Traceback\n  File x\nValueError: no shape\n", "ValueError: no shape"),
        ("killed\n", "killed"),
        ("", "it says nothing"),
    ],
)
def test_the_reason_is_the_last_error_that_the_converter_prints(printed: str, reason: str) -> None:
    assert onnx_model.reason_of(printed) == reason


@pytest.mark.slow
def test_converting_in_an_environment_of_its_own() -> None:
    run_apart(Path(__file__).with_name("onnx_models.py"), "onnx", "quantize")
