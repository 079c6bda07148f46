# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The golden reference: right numbers, and faults of the interpreter that stay ModelErrors."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import mcugen
from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model import reference
from mcugen.model.reference import measure_arena, open_reference
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

pytestmark = pytest.mark.skipif(
    find_spec("tflite_micro") is None, reason="tflite-micro has no wheel here"
)

WEIGHTS = np.arange(-12, 12, dtype=np.int8).reshape(3, 8)
SAMPLES = np.arange(-64, 64, 4, dtype=np.int8).reshape(4, 1, 8)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "fc.tflite"
    path.write_bytes(fully_connected(WEIGHTS, np.array([10, 20, 30]), output_quant=(0.1, 5)))
    return path


def by_hand() -> np.ndarray:
    """The layer in real numbers, quantised once; no value is near a tie."""
    real = 0.05 * (SAMPLES[:, 0].astype(float) + 3) @ (0.01 * WEIGHTS.T.astype(float))
    return np.clip(np.round((real + 0.0005 * np.array([10, 20, 30])) / 0.1) + 5, -128, 127)


@pytest.mark.parametrize("rounding", ["double", "single"])
def test_outputs_and_tensors(model: Path, rounding: str) -> None:
    with open_reference(model, rounding=rounding) as ref:
        assert f"({rounding} rounding)" in str(ref.info)
        outputs, source = ref.run([SAMPLES], tensors=[0])
        again = ref.run([SAMPLES[::-1]])[0]
    assert outputs.shape == (4, 1, 3)
    assert np.array_equal(outputs[:, 0], by_hand())
    assert np.array_equal(source, SAMPLES)
    assert np.array_equal(again[::-1], outputs)


def test_wrong_inputs_are_refused(model: Path) -> None:
    with open_reference(model) as ref:
        with pytest.raises(ValueError, match=r"the model takes int8 \[N, 1, 8\]"):
            ref.run([SAMPLES[0]])
        with pytest.raises(ValueError, match="the model takes int8"):
            ref.run([SAMPLES.astype(np.float32)])
        with pytest.raises(ValueError, match="at least one"):
            ref.run([SAMPLES[:0]])
        with pytest.raises(ValueError, match="tensor 1 is a constant"):
            ref.run([SAMPLES], tensors=[1])


def test_refused_model_is_a_model_error(tmp_path: Path) -> None:
    path = tmp_path / "custom.tflite"
    tensors = [TensorSpec((1, 4), scales=1.0), TensorSpec((1, 4), scales=1.0)]
    path.write_bytes(model_bytes(tensors, [OpSpec("CUSTOM:Mystery", [0], [1])], [0], [1]))
    with (
        pytest.raises(ModelError, match=r"custom\.tflite: the reference interpreter refuses it"),
        open_reference(path),
    ):
        pass


def test_crash_and_silence_of_the_interpreter_are_model_errors(model: Path) -> None:
    with reference._worker("m.tflite", timeout_s=60) as worker:
        os.kill(worker._process.pid, signal.SIGSEGV)
        with pytest.raises(ModelError, match=r"m\.tflite: the reference interpreter crashed"):
            worker.ask("arena", {})
    with (
        pytest.raises(ModelError, match="gave no answer within"),
        open_reference(model, timeout_s=0.001),
    ):
        pass


def test_where_no_interpreter_is_installed_our_own_answers_and_says_so(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS, Windows, another processor than x86-64."""
    installed = {"tensorflow": "2.20.0"}  # rounds once: not a reference
    monkeypatch.setattr(reference, "_version", installed.get)
    with open_reference(model) as ref:
        assert str(ref.info) == f"mcugen NumPy {mcugen.__version__} (double rounding)"
        assert np.array_equal(ref.run([SAMPLES])[0][:, 0], by_hand())
    tensors = [TensorSpec((1, 8), "int8", 0.1), TensorSpec((1, 8), "int8", 0.1)]
    model.write_bytes(model_bytes(tensors, [OpSpec("ELU", [0], [1])], [0], [1]))
    with (
        pytest.raises(ModelError, match="no reference with double rounding for op 0 ELU") as caught,
        open_reference(model),
    ):
        pass
    assert "pip install tflite-micro" in caught.value.hint
    with pytest.raises(EnvironmentError_, match="measuring the arena"):
        measure_arena(model.read_bytes(), "m")


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_tensorflow_stands_in(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"tensorflow": "2.19.1"}
    monkeypatch.setattr(reference, "_version", installed.get)
    with open_reference(model) as ref:
        assert str(ref.info) == "tensorflow BUILTIN_REF 2.19.1 (double rounding)"
        assert np.array_equal(ref.run([SAMPLES])[0][:, 0], by_hand())


def test_measured_arena_grows_with_the_activations(model: Path) -> None:
    wide = fully_connected(np.ones((3, 8000), np.int8))
    small_bytes = measure_arena(model.read_bytes(), "small")
    wide_bytes = measure_arena(wide, "wide")
    assert 100 < small_bytes < 4000
    assert 7000 < wide_bytes - small_bytes < 9000


def test_an_arena_is_proposed_only_for_what_can_be_invoked() -> None:
    """ARG_MAX to int64 is allocated, and refused when it is invoked."""
    tensors = [
        TensorSpec((1, 8), "int8", 0.1),
        TensorSpec((), "int32", data=np.array(1, np.int32)),
        TensorSpec((1,), "int64"),
    ]
    op = OpSpec("ARG_MAX", [0, 1], [2], {"output_type": "INT64"})
    with pytest.raises(ModelError, match="ARG_MAX .* failed to invoke"):
        measure_arena(model_bytes(tensors, [op], [0], [2]), "m")
