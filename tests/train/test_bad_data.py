# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Bad data gives one clear line that names the file, and status 2."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from mcugen.paths import examples_dir
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
    "no array": (no_array, "x_test.npy is not a readable .npy array"),
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
