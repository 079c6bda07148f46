# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graphs in NumPy: double rounding equals TFLite Micro, single what LiteRT computes."""

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
from mcugen.model.numpy_graph import (
    quantize_multiplier,
    requantize_double,
    requantize_single,
    run_graph,
)
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.ops import test_add, test_pooling, test_rearrange, test_softmax
from tests.engines.ops.shared import test_broadcast
from tests.engines.vectors import model_of, vectors_of
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
    values = run_graph(parse_tflite(data, "fc"), [samples], "double")
    with open_reference(path) as ref:
        assert np.array_equal(ref.run([samples])[0], values[2])


EDGES = {
    "ADD, SUB": model_of([case.layer for case in test_add.EDGES]),
    "MUL, MAXIMUM, MINIMUM, PRELU": model_of([case.layer for case in test_broadcast.EDGES]),
    "moves": model_of([e for e in test_rearrange.EDGES if e.kind != "SPACE_TO_BATCH_ND"]),
    "pooling": test_pooling.model_of(test_pooling.EDGES),
    "SOFTMAX": model_of(test_softmax.EDGES),
}


@needs_tflite_micro
@pytest.mark.parametrize("name", EDGES)
def test_layers_that_round_alike_equal_tflite_micro(name: str, tmp_path: Path) -> None:
    vectors = vectors_of(EDGES[name], tmp_path, ["double"])
    values = run_graph(vectors.graph, vectors.inputs, "single")
    for index, wanted in zip(vectors.graph.outputs, vectors.expected["double"], strict=True):
        assert np.array_equal(values[index], wanted)


def test_other_operators_are_named() -> None:
    tensors = [TensorSpec((1, 4), scales=1.0)] * 3
    ops = [OpSpec("RELU", [0], [1]), OpSpec("TANH", [1], [2])]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2]), "m")
    with pytest.raises(ModelError, match="op 0 RELU, op 1 TANH"):
        run_graph(graph, [], "single")


LITERT_OUTPUTS = {
    "ad01_int8": (50, "2392406b58a6fe42365dff4e84e8a55c10b2aad470ee1c4b48b4f61fa24190cd"),
    "kws_ref_model": (50, "17c41648a8bf8689749e5c77d969603ed729329eecda406b1027099145a6ed34"),
    "pretrainedResnet_quant": (
        10,
        "83d498e2c21dd60e205c49b86a7ba880c12f935bfa66418f58cab3a03d02dbda",
    ),
    "str_ww_ref_model": (50, "3ebf714304f4eaa685e979ac2f43d07763413ca11e3eb6b208457543daf52b1e"),
    "vww_96_int8": (10, "ff615d4430da7420580d05592b3b7c96d7c5ac4ed2c2a6e116d79a3745ad2015"),
}
"""How many inputs, and the SHA-256 of what LiteRT 2.3.0 with XNNPACK answers to them.

XNNPACK multiplies in float32: of a million values of a convolution, about two are one step off. None
of them reaches these outputs; with 50 inputs a few do in the two larger models.
"""


def _uniform(path: Path, samples: int) -> np.ndarray:
    graph = parse_tflite(path.read_bytes(), path.stem)
    shape = (samples, *graph.tensors[graph.inputs[0]].shape)
    return np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)


@pytest.mark.parametrize("name", LITERT_OUTPUTS)
def test_single_rounding_equals_litert(name: str, real_models: Path) -> None:
    samples, digest = LITERT_OUTPUTS[name]
    path = real_models / f"{name}.tflite"
    with open_reference(path, rounding="single") as ref:
        (outputs,) = ref.run([_uniform(path, samples)])
    assert hashlib.sha256(outputs.tobytes()).hexdigest() == digest


@needs_tflite_micro
@pytest.mark.parametrize("name", LITERT_OUTPUTS)
def test_every_layer_equals_tflite_micro_with_its_rounding(name: str, real_models: Path) -> None:
    path = real_models / f"{name}.tflite"
    samples = _uniform(path, 3)
    with open_reference(path) as ref:
        layers = [index for op in ref.graph.ops for index in op.outputs]
        wanted = ref.run([samples], tensors=layers)[len(ref.graph.outputs) :]
        values = run_graph(ref.graph, [samples], "double")
    for index, layer in zip(layers, wanted, strict=True):
        assert np.array_equal(values[index], layer), index


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
