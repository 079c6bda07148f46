# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded words become classes that a person can read, without an mcugen.toml."""

from __future__ import annotations

import csv
import re
import wave
from pathlib import Path

import numpy as np
import pytest

from mcugen.features.benchmarks import KWS_CLASSES
from mcugen.features.reference import row_extractor
from mcugen.features.spec import PRESETS
from tests.cli.calls import call
from tests.conftest import require_tool
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

RATE_HZ = 16000
FEATURE_QUANT = (0.6, 80)
VOICES = {"yes": (300.0, 2400.0), "no": (500.0, 900.0), "up": (800.0, 1300.0)}
"""Word -> the formants of the tone that stands for it, in Hz."""


def spoken(word: str, speaker: int) -> np.ndarray:
    """One second of PCM16: a voice of its own pitch, and noise."""
    random = np.random.default_rng(speaker)
    seconds = np.arange(RATE_HZ) / RATE_HZ
    pitch = 110 * 1.05**speaker
    harmonics = pitch * np.arange(1, 30)
    near = sum(np.exp(-(((harmonics - f) / 200) ** 2)) for f in VOICES[word])
    tones = (near[:, None] * np.sin(2 * np.pi * harmonics[:, None] * seconds)).sum(axis=0)
    swelling = np.exp(-(((seconds - 0.45 - 0.02 * speaker) / 0.2) ** 2))
    sound = 4000 * tones * swelling + random.normal(0, 20, RATE_HZ)
    return np.clip(sound, -32768, 32767).astype(np.int16)


def nearest() -> bytes:
    """12 classes; of those in VOICES the one whose features are nearest to those of speaker 0, as one
    FULLY_CONNECTED: |x - t|^2 is smallest where x * t - |t|^2 / 2 is largest."""
    rows_of = row_extractor(PRESETS["mlperf-kws"])
    features = np.stack([rows_of(spoken(word, 0)).reshape(-1) for word in VOICES])
    middle = features.mean(axis=0)
    templates = features - middle
    scale, zero_point = FEATURE_QUANT
    weight_scale = float(np.abs(templates).max() / 127)
    weights = np.zeros((len(KWS_CLASSES), features.shape[1]), np.int8)
    bias = np.full(len(KWS_CLASSES), -(10**7))
    for word, template in zip(VOICES, templates, strict=True):
        row = KWS_CLASSES.index(word)
        weights[row] = np.round(template / weight_scale)
        offset = -(template @ middle) - template @ template / 2
        bias[row] = np.round(offset / (scale * weight_scale))
    scores = float((templates @ templates.T).max() / 100)
    tensors = [
        TensorSpec((1, 49, 10, 1), "int8", scale, zero_point),
        TensorSpec(weights.shape, "int8", weight_scale, data=weights),
        TensorSpec(bias.shape, "int32", scale * weight_scale, data=bias.astype(np.int32)),
        TensorSpec((1, len(bias)), "int8", scores),
        TensorSpec((1, len(bias)), "int8", 1 / 256, -128),
    ]
    beta = {"beta": 8 / (scores * 127)}
    ops = [OpSpec("FULLY_CONNECTED", [0, 1, 2], [3], {}, 4), OpSpec("SOFTMAX", [3], [4], beta, 2)]
    return model_bytes(tensors, ops, [0], [4])


def record(path: Path, sound: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(sound.tobytes())


def test_words_in_folders_get_classes_without_a_toml(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The classes are those of the preset. One clip says another word than its folder."""
    require_tool("gcc")
    (tmp_path / "words.tflite").write_bytes(nearest())
    for word in VOICES:
        for speaker in (1, 2):
            record(tmp_path / "set" / word / f"{word}_{speaker}.wav", spoken(word, speaker))
    record(tmp_path / "set" / "no" / "yes_3.wav", spoken("yes", 3))
    project, out = tmp_path / "project", tmp_path / "run"
    model = ("build", tmp_path / "words.tflite", "--board", "host", "--front-end", "mlperf-kws")
    assert call(capfd, *model, "--out", project).status == 0
    answer = call(capfd, "run", project, tmp_path / "set", "--out", out)
    assert answer.status == 0, answer.err
    rows = list(csv.DictReader((out / "scores.csv").read_text().splitlines()))
    found = {Path(row["file"]).stem: (row["class"], row["label"], row["right"]) for row in rows}
    wanted = {f"{word}_{n}": (word, word, "right") for word in VOICES for n in (1, 2)}
    assert found == wanted | {"yes_3": ("yes", "no", "wrong")}
    assert re.search(r"yes_3\.wav +yes +[01]\.\d+ .* no +wrong", answer.out), answer.out
    assert "6 of 7 labelled clips are right; taken for another: no as yes (1)" in answer.out
