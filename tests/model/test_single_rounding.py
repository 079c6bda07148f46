# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED in NumPy: double rounding equals TFLite Micro, single what LiteRT computes."""

from __future__ import annotations

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.errors import ModelError
from mcugen.model.reference import open_reference
from mcugen.model.single_rounding import (
    quantize_multiplier,
    requantize_double,
    requantize_single,
    run_fully_connected,
)
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

needs_tflite_micro = pytest.mark.skipif(
    find_spec("tflite_micro") is None, reason="tflite-micro has no wheel here"
)


@given(st.floats(1e-9, 1e3))
def test_multiplier_is_the_scale_to_31_bits(scale: float) -> None:
    multiplier, shift = quantize_multiplier(scale)
    assert 2**30 <= multiplier < 2**31
    assert abs(multiplier * 2.0 ** (shift - 31) / scale - 1) <= 2.0**-31


def test_multiplier_at_the_edges() -> None:
    assert quantize_multiplier(0.0) == (0, 0)
    assert quantize_multiplier(2.0**-40) == (0, 0)
    assert quantize_multiplier(1.0 - 2.0**-40) == (2**30, 1)


def test_the_two_roundings_differ_where_they_should() -> None:
    """11 / 8 is 1.375; the high multiply makes it 6 / 4, which the shift rounds up to 2."""
    multiplier, shift = (np.array([v]) for v in quantize_multiplier(0.125))
    acc = np.array([-13, -12, -11, -4, -3, 3, 4, 11, 12, 13])
    assert requantize_single(acc, multiplier, shift).tolist() == [-2, -1, -1, 0, 0, 0, 1, 1, 2, 2]
    assert requantize_double(acc, multiplier, shift).tolist() == [-2, -2, -1, -1, 0, 1, 1, 2, 2, 2]


@needs_tflite_micro
@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
@pytest.mark.parametrize("per_channel", [False, True])
def test_double_rounding_equals_tflite_micro(
    activation: str, per_channel: bool, tmp_path: Path
) -> None:
    generator = np.random.default_rng(len(activation) + per_channel)
    weights = generator.integers(-127, 128, (17, 33), np.int8)
    scales = generator.uniform(0.0005, 0.02, 17) if per_channel else 0.00391
    data = fully_connected(
        weights,
        generator.integers(-20_000, 20_000, 17),
        batch=3,
        input_quant=(0.0731, -7),
        weight_scales=scales,
        output_quant=(0.217, 11),
        activation=activation,
    )
    path = tmp_path / "fc.tflite"
    path.write_bytes(data)
    samples = generator.integers(-128, 128, (40, 3, 33), np.int8)
    values = run_fully_connected(parse_tflite(data, "fc"), [samples], "double")
    with open_reference(path) as ref:
        assert np.array_equal(ref.run([samples])[0], values[2])


def test_other_operators_are_named() -> None:
    tensors = [TensorSpec((1, 4), scales=1.0)] * 3
    ops = [OpSpec("RELU", [0], [1]), OpSpec("TANH", [1], [2])]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2]), "m")
    with pytest.raises(ModelError, match="op 0 RELU, op 1 TANH"):
        run_fully_connected(graph, [], "single")


LITERT_OUTPUTS_SHA256 = "2392406b58a6fe42365dff4e84e8a55c10b2aad470ee1c4b48b4f61fa24190cd"
"""Of the 50 x 640 outputs of LiteRT 2.3.0, BUILTIN_REF and XNNPACK alike, for the inputs below."""


def test_single_rounding_equals_litert_on_ad01(real_models: Path) -> None:
    samples = np.random.default_rng(0).integers(-128, 128, (50, 1, 640)).astype(np.int8)
    with open_reference(real_models / "ad01_int8.tflite", rounding="single") as ref:
        (outputs,) = ref.run([samples])
    assert hashlib.sha256(outputs.tobytes()).hexdigest() == LITERT_OUTPUTS_SHA256


@needs_tflite_micro
def test_ad01_scores_of_the_real_clip(real_models: Path) -> None:
    """11.0906 is the golden score for single rounding; TFLite Micro's rounding gives 11.0526."""
    scores = {}
    features = _mlperf_windows(real_models / "example_input.wav")
    for rounding in ("double", "single"):
        with open_reference(real_models / "ad01_int8.tflite", rounding=rounding) as ref:
            source, target = (
                ref.graph.tensors[i].quant for i in (*ref.graph.inputs, *ref.graph.outputs)
            )
            assert source is not None and target is not None
            steps = np.round(features / source.scale) + source.zero_point
            samples = np.clip(steps, -128, 127).astype(np.int8)
            (outputs,) = ref.run([samples])
            real = (outputs.astype(float) - target.zero_point) * target.scale
            scores[rounding] = float(np.mean((features - real) ** 2))
    assert scores["single"] == pytest.approx(11.0906, abs=2e-4)
    assert scores["double"] == pytest.approx(11.0526, abs=2e-4)


def _mlperf_windows(clip: Path) -> np.ndarray:
    """Log-mel windows [N, 1, 640] as MLPerf Tiny's anomaly detection makes them."""
    import librosa
    import soundfile

    audio, rate = soundfile.read(clip, dtype="float32")
    mel = librosa.feature.melspectrogram(
        y=audio, sr=rate, n_fft=1024, hop_length=512, n_mels=128, power=2.0
    )
    rows = (10.0 * np.log10(mel + sys.float_info.epsilon)).T[50:250].astype(np.float32)
    return np.stack([rows[i : i + 5].reshape(1, -1) for i in range(len(rows) - 4)])
