# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Bad data gives one clear line that names the file, and status 2."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from mcugen.errors import ConfigError
from mcugen.features.spec import FrontEnd, Timeseries
from mcugen.paths import examples_dir
from mcugen.samples.datasets import load_dataset
from mcugen.samples.inputs import require_audio
from mcugen.train.synth import synth_clip
from mcugen.train.synth_set import write_wav
from tests.cli.calls import call


def clip(path: Path) -> None:
    write_wav(path, synth_clip(1, None, 0, 3.0))


def empty(root: Path) -> None:
    (root / "gearbox" / "test").mkdir(parents=True)


def mixed_rates(root: Path) -> None:
    clip(root / "normal" / "a.wav")
    bad = root / "anomaly" / "b.wav"
    bad.parent.mkdir()
    with wave.open(str(bad), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(48000))


def unreadable(root: Path) -> None:
    clip(root / "normal" / "a.wav")
    (root / "anomaly").mkdir()
    (root / "anomaly" / "b.wav").write_bytes(b"no sound")


def one_class(root: Path) -> None:
    clip(root / "normal" / "a.wav")


def no_array(root: Path) -> None:
    (root / "x_test.npy").write_bytes(b"no array")


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty folder": (empty, "data: no sample"),
    "mixed rates": (mixed_rates, "b.wav: sample rate is 8000 Hz"),
    "unreadable": (unreadable, "b.wav: not a readable audio file"),
    "one class": (one_class, "no sample is labelled 'anomaly'"),
    "no array": (no_array, "x_test.npy: not a readable .npy file"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_names_the_fault(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, words = CASES[case]
    data = tmp_path / "data"
    data.mkdir()
    make(data)
    model = examples_dir() / "machine-sound"
    answer = call(capfd, "evaluate", model, data, "--out", tmp_path / "out", "--jobs", 1)
    assert answer.status == 2
    (line,) = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert words in line
    assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ad", "nothere"], "nothere does not exist"),
        (["ad", "DATA", "--jobs", "0"], "neither -1 nor at least 1"),
        (["ad", "DATA", "--epochs", "0"], "0 is not in the range"),
        (["ad", "DATA", "--type", "fan"], "no training clip of type 'fan'"),
        (["ad", "DATA", "--out", "FILE"], "FILE/gearbox: Not a directory"),
        (["ad", "DATA", "--baseline", "nothere.yaml"], "cannot read nothere.yaml: No such file"),
        (["ad", "DATA", "--baseline", "FILE"], "FILE is not a baseline.yaml"),
        (["lstm", "--out", "FILE"], "FILE is a file"),
        (["lstm", "--units", "0"], "0 is not in the range"),
        (["lstm", "--seq-len", "0", "--data", "FILE"], "0 is not in the range"),
        (["lstm", "--data", "DATA"], "cannot read DATA: Is a directory"),
        (["lstm", "--data", "FILE"], "FILE: line 1 must name the columns"),
        (["ax"], "Did you mean 'ad'?"),
    ],
)
def test_a_mistake_in_training_is_one_line(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text("mine")
    clip(Path("DATA/gearbox/train/normal_id_01_00000000.wav"))
    answer = call(capfd, "train", *words)
    assert answer.status == 2 and said in answer.err, answer.err
    assert Path("FILE").read_text() == "mine" and not Path("model").exists()


def test_a_model_that_is_not_converted_says_how_to(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model.keras"
    model.write_bytes(b"PK")
    answer = call(capfd, "inspect", model)
    assert answer.status == 2 and "mcugen convert model.keras --data" in answer.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothere.keras", "nothere.keras does not exist"),
        ("notes.txt", "notes.txt is not a Keras model"),
        ("model.tflite", "model.tflite is not a .tflite file"),
        ("folder", "folder is not a Keras model"),
    ],
)
def test_what_cannot_be_converted_is_said_before_clips_are_read(
    name: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    clip(Path("DATA/gearbox/train/normal_id_01_00000000.wav"))
    Path("folder").mkdir()
    for file in ("notes.txt", "model.tflite"):
        Path(file).write_text("mine")
    answer = call(capfd, "convert", name, "--data", "DATA")
    assert answer.status == 2 and said in answer.err and not answer.out


def test_sounds_for_a_model_of_series(tmp_path: Path) -> None:
    clip(tmp_path / "gearbox" / "train" / "normal_id_01_00000000.wav")
    series = FrontEnd("timeseries", 1, 2, stride_rows=2, rows=Timeseries((3.0,), (2.0,)))
    with pytest.raises(ConfigError, match="holds sounds, and the front-end 'timeseries'"):
        require_audio(load_dataset(tmp_path), series)
