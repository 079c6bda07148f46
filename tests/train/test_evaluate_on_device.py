# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen evaluate --board host`: the device's scores and classes beside those of the PC."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcugen.cli import main
from mcugen.paths import examples_dir
from mcugen.train.synth_set import SetSpec, write_set
from tests.conftest import require_tool
from tests.tflite_writer import fully_connected


def evaluate(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *map(str, words)])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def compiler() -> None:
    require_tool("gcc")
    require_tool("cmake")


def test_clip_scores_of_the_device_equal_those_of_the_pc(tmp_path: Path) -> None:
    spec = SetSpec(ids=2, train_clips=1, test_normals=1, test_anomalies=1, seconds=3.0)
    write_set(tmp_path / "data", spec)
    out = tmp_path / "out"
    common = ("--board", "host", "--out", out, "--jobs", 1, "--resamples", 0)
    assert evaluate(examples_dir() / "machine-sound", tmp_path / "data", *common) == 0
    int8, host = json.loads((out / "evaluation.json").read_text())["steps"]
    assert (int8["name"], host["name"]) == ("int8", "host")
    for on_pc, on_device in zip(int8["clips"], host["clips"], strict=True):
        assert on_device["clip"] == on_pc["clip"]
        assert on_device["score"] == pytest.approx(on_pc["score"], rel=1e-3)
    assert (out / "host" / "result.csv").is_file()
    before = (out / "host" / "records.jsonl").read_text().count('"windows"')
    assert evaluate(examples_dir() / "machine-sound", tmp_path / "data", *common) == 0
    after = (out / "host" / "records.jsonl").read_text().count('"windows"')
    assert after == before == 4  # every clip was measured once


def test_classes_of_the_device_equal_those_of_the_pc(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weights = rng.integers(-100, 100, (3, 8), np.int8)
    model = tmp_path / "model.tflite"
    model.write_bytes(fully_connected(weights, output_quant=(0.5, 0)))
    x = rng.normal(0, 2, (40, 8)).astype(np.float32)
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "x_test.npy", x)
    np.save(tmp_path / "data" / "y_test.npy", (x @ weights.T.astype(np.float32)).argmax(axis=1))
    out = tmp_path / "out"
    assert evaluate(model, tmp_path / "data", "--board", "host", "--out", out) == 0
    int8, host = json.loads((out / "evaluation.json").read_text())["steps"]
    assert int8["accuracy"] > 0.8
    assert host["confusion"] == int8["confusion"]
    assert host["device_ticks_per_inference"] > 0
    assert host["tick_unit"] == "nanoseconds"
    predictions = [(out / step / "predictions.csv").read_text() for step in ("int8", "host")]
    assert predictions[0] == predictions[1]


def test_one_class_only_is_refused_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = SetSpec(ids=1, train_clips=1, test_normals=1, test_anomalies=0, seconds=3.0)
    write_set(tmp_path / "data", spec)
    out = tmp_path / "out"
    words = (examples_dir() / "machine-sound", tmp_path / "data", "--board", "host", "--out", out)
    assert evaluate(*words) == 2
    assert "no sample is labelled 'anomaly'" in capsys.readouterr().err
    assert not out.exists()
