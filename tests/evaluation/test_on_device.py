# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen evaluate --board host`: the device's scores and classes beside those of the PC."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from mcugen.cli import main
from mcugen.errors import DeviceError
from mcugen.paths import boards_dir, examples_dir
from mcugen.train.synth_set import SetSpec, write_set
from mcugen.transport.process_link import ProcessLink
from mcugen.transport.pty_bridge import open_pty, shuttle
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


def own_board(folder: Path) -> None:
    """folder/mine: a board that mcugen cannot start, with the firmware of the host."""
    shutil.copytree(boards_dir() / "host", folder / "mine")
    description = folder / "mine" / "board.toml"
    text = description.read_text().replace('name = "host"', 'name = "mine"')
    text = text.replace('command = ["{elf}"]\nlink = "stdio"', 'link = "serial"')
    description.write_text(text)


@contextmanager
def served(firmware: Path) -> Iterator[str]:
    """The port of a device that runs the firmware."""
    link = ProcessLink([str(firmware)])
    with open_pty(None) as pty:
        link.open()

        def run() -> None:
            with suppress(DeviceError):
                shuttle(link, pty.master)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield pty.path
        finally:
            os.killpg(link._process.pid, signal.SIGKILL)  # type: ignore[union-attr]
            thread.join(10)
            link.close()


def test_a_flashed_board_is_evaluated_through_its_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = SetSpec(ids=1, train_clips=1, test_normals=1, test_anomalies=1, seconds=3.0)
    write_set(tmp_path / "data", spec)
    own_board(tmp_path / "boards")
    on_mine = ("--board", "mine", "--board-dir", tmp_path / "boards")
    model, out = examples_dir() / "machine-sound", tmp_path / "out"
    words = (model, tmp_path / "data", *on_mine, "--out", out, "--jobs", 1, "--resamples", 0)
    assert evaluate(*words) == 2
    assert "board mine needs --port" in capsys.readouterr().err
    with pytest.raises(SystemExit) as built:
        main(["build", *map(str, (model, *on_mine, "--out", tmp_path / "flashed"))])
    assert not built.value.code
    with served(tmp_path / "flashed" / "build" / "firmware.elf") as port:
        assert evaluate(*words, "--port", port) == 0
    int8, mine = json.loads((out / "evaluation.json").read_text())["steps"]
    assert mine["name"] == "mine"
    scores = [[clip["score"] for clip in step["clips"]] for step in (int8, mine)]
    assert scores[1] == pytest.approx(scores[0], rel=1e-3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "aot", "--port", "x"), "--engine, --port: no board is given"),
        (("--board", "host", "--engine", "tflm"), "needs a TFLite Micro build"),
        (("--board", "host", "--engine", "tflm", "--tflm", "x"), "x holds no TFLite Micro"),
        (("--out", "FILE"), "FILE is a file"),
    ],
)
def test_a_mistake_in_evaluation_is_one_line(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text("mine")
    data = tmp_path / "data"  # absolute: joblib's processes stay in the folder they were started in
    write_set(data, SetSpec(ids=1, train_clips=1, test_normals=1, test_anomalies=1))
    assert evaluate(examples_dir() / "machine-sound", data, *words) == 2
    assert said in capsys.readouterr().err
