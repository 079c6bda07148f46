# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Synthetic data sets and demo clips as files."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from mcugen.errors import ConfigError, EnvironmentError_
from mcugen.samples.datasets import load_dataset
from mcugen.train.synth import FAULTS
from mcugen.train.synth_set import SetSpec, demo_clips, plan_set, write_set

SMALL = SetSpec(ids=2, train_clips=2, test_normals=1, test_anomalies=4, seconds=0.1)


def test_layout_is_that_of_dcase(tmp_path: Path) -> None:
    write_set(tmp_path, SMALL)
    train = sorted(path.name for path in (tmp_path / "gearbox" / "train").iterdir())
    assert train == [f"normal_id_0{i}_0000000{k}.wav" for i in (1, 2) for k in (0, 1)]
    test = sorted(path.name for path in (tmp_path / "gearbox" / "test").iterdir())
    assert test[:5] == [f"anomaly_id_01_0000000{k}.wav" for k in range(4)] + [
        "anomaly_id_02_00000000.wav"
    ]
    with wave.open(str(tmp_path / "gearbox" / "train" / train[0])) as clip:
        assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, 16000)
        assert clip.getnframes() == 1600
    dataset = load_dataset(tmp_path)
    assert dataset.layout == "dcase"
    assert {s.label for s in dataset.part("train")} == {"normal"}
    assert len(dataset.part("test")) == 2 * 5


def test_faults_are_named_beside_the_clips(tmp_path: Path) -> None:
    write_set(tmp_path, SMALL)
    lines = (tmp_path / "gearbox" / "faults.csv").read_text().splitlines()
    assert lines[0] == "file,fault"
    named = dict(line.split(",") for line in lines[1:])
    assert named["normal_id_01_00000000.wav"] == ""
    assert {named[f"anomaly_id_01_0000000{k}.wav"] for k in range(4)} == set(FAULTS)


def test_training_and_test_clips_share_no_seed() -> None:
    clips = plan_set(SetSpec(train_clips=100, test_normals=100))
    train = {clip.seed for clip in clips if clip.path.parent.name == "train"}
    test = {clip.seed for clip in clips if clip.path.parent.name == "test"}
    assert not train & test


def test_a_second_call_writes_only_what_is_missing(tmp_path: Path) -> None:
    write_set(tmp_path, SMALL)
    files = sorted((tmp_path / "gearbox").rglob("*.wav"))
    before = {path: path.read_bytes() for path in files}
    files[3].unlink()
    kept = files[0].stat().st_mtime_ns
    write_set(tmp_path, SMALL)
    assert {path: path.read_bytes() for path in files} == before
    assert files[0].stat().st_mtime_ns == kept


def test_bad_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gearbo") as error:
        write_set(tmp_path, SetSpec(types=("gearbo",)))
    assert error.value.hint == "--type gearbox"
    for spec in (SetSpec(ids=0), SetSpec(ids=100), SetSpec(train_clips=0), SetSpec(seconds=0)):
        with pytest.raises(ConfigError):
            write_set(tmp_path, spec)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentError_, match="file"):
        write_set(tmp_path / "file", SMALL)


def test_demo_clips_are_half_healthy_and_always_the_same(tmp_path: Path) -> None:
    first, second = demo_clips(tmp_path / "a"), demo_clips(tmp_path / "b")
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sum(path.name.startswith("normal_") for path in first) == 5
    assert sum(path.name.startswith("anomaly_") for path in first) == 5
