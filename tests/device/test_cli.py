# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen run` and `mcugen verify` as a user types them, with a simulated device on the port."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mcugen.cli import main
from mcugen.own_files import LIST
from mcugen.toolchain import project as project_module
from tests.device.projects import RATE_HZ, RAW, Bench, make_bench
from tests.device.simulated_device import Clock, SimulatedDevice


class Desk:
    """Whatever port is opened, the simulated device is behind it."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.how: dict[str, Any] = {}
        self.devices: list[SimulatedDevice] = []
        monkeypatch.setattr(project_module, "link_for", self._link_for)

    def _link_for(self, *arguments: object) -> SimulatedDevice:
        self.devices.append(self.bench.device(Clock(), **self.how))
        return self.devices[-1]

    def mcugen(self, *words: object) -> int:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        return int(ended.value.code or 0)

    def run(self, *words: object) -> int:
        return self.mcugen("run", self.bench.folder, *words, "--port", "simulated")


@pytest.fixture
def desk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(bench, monkeypatch)


def test_a_run_ends_with_a_table_and_all_files(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.run(desk.bench.clips, "--out", tmp_path) == 0
    said = capsys.readouterr()
    assert said.err == "", "no progress bar where there is no terminal"
    for words in ("verdict", "AUC 1.0000", "inference: 277", "instructions", "report.html"):
        assert words in said.out, words
    assert {path.name for path in tmp_path.iterdir()} == {
        "records.jsonl", "scores.csv", "latency.csv", "summary.json", "report.html", LIST,
    }  # fmt: skip
    found = json.loads((tmp_path / "summary.json").read_text())
    assert found["clips"] == 4 and abs(found["largest_score_difference"]) < 1e-3
    assert not desk.devices[0].is_open


def test_results_go_beside_the_project_never_into_it(desk: Desk) -> None:
    """The project's folder is what `mcugen build` writes: what it holds is what was generated."""
    assert desk.run(desk.bench.clips) == 0
    assert (desk.bench.folder.parent / "project-run" / "report.html").is_file()


def test_an_unplugged_device_is_status_3_and_the_same_command_resumes(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.how = {"unplug_after": 60}
    assert desk.run(desk.bench.clips, "--out", tmp_path) == 3
    said = capsys.readouterr()
    assert "of 4 clips are measured; the same command resumes" in said.err
    assert "error: simulated: the device was unplugged" in said.err
    assert json.loads((tmp_path / "summary.json").read_text())["clips"] > 0
    desk.how = {}
    assert desk.run(desk.bench.clips, "--out", tmp_path) == 0
    assert json.loads((tmp_path / "summary.json").read_text())["clips"] == 4


def test_ctrl_c_keeps_what_was_measured(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(frame: object) -> None:
        if len(seen) == 60:
            raise KeyboardInterrupt
        seen.append(frame)

    seen: list[object] = []
    desk.how = {"on_request": stop}
    assert desk.run(desk.bench.clips, "--out", tmp_path) == 130
    assert "the same command resumes" in capsys.readouterr().err
    assert (tmp_path / "report.html").is_file() and not desk.devices[0].is_open


def test_another_firmware_is_status_3_and_nothing_is_written(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.how = {"facts": {"firmware_sha256": "cd" * 32}}
    assert desk.run(desk.bench.clips, "--out", tmp_path / "out") == 3
    said = capsys.readouterr().err
    assert "cd" * 32 in said and "ab" * 32 in said and said.count("\n") == 2
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", ["missing", "corrupt", "stereo", "rate", "short"])
def test_a_bad_clip_is_one_line_and_status_2_before_the_device_is_touched(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / f"{kind}.wav"
    makers = {
        "missing": lambda: None,
        "corrupt": lambda: path.write_bytes(b"RIFF\0\0\0\0"),
        "stereo": lambda: soundfile.write(path, np.zeros((8000, 2), np.int16), RATE_HZ),
        "rate": lambda: soundfile.write(path, np.zeros(8000, np.int16), 11025),
        "short": lambda: soundfile.write(path, np.zeros(50, np.int16), RATE_HZ),
    }
    makers[kind]()
    assert desk.run(desk.bench.clips, path, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("error: ") and path.name in said[0] and len(said) <= 2
    assert desk.devices == [] and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--input", "pcm", "nowhere"), "nowhere: no such file"),
        ((), "no clips are given"),
        (("{clips}", "--labels", "nowhere.csv"), "cannot read labels"),
        (("{clips}", "--out", "/proc/self"), "cannot write to /proc/self"),
    ],
)
def test_bad_words_are_one_line_and_status_2(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert desk.run(*(word.format(clips=desk.bench.clips) for word in words)) == 2
    assert said in capsys.readouterr().err and desk.devices == []


def test_a_folder_that_is_no_project(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.mcugen("run", tmp_path, desk.bench.clips) == 2
    assert "is not a project made by mcugen" in capsys.readouterr().err


def test_a_project_that_was_not_compiled(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("run", desk.bench.folder, desk.bench.clips, "--out", tmp_path)
    assert desk.mcugen(*words) == 2
    assert "was not compiled" in capsys.readouterr().err and desk.devices == []


def test_raw_front_end_compares_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(make_bench(tmp_path, front_end=RAW, score="none"), monkeypatch)
    inputs = np.random.default_rng(0).integers(-128, 128, (9, 16)).astype(np.int8)
    np.save(tmp_path / "inputs.npy", inputs)
    assert desk.run(tmp_path / "inputs.npy") == 0
    assert "all 144 output values equal tflite-micro" in capsys.readouterr().out


def test_verify_equal(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("verify", desk.bench.folder, "--vectors", 10, "--port", "simulated")
    assert desk.mcugen(*words) == 0
    said = capsys.readouterr().out
    assert "416 of 416 output values equal (26 vectors)" in said
    assert "bit-exact with double rounding" in said


def test_verify_different(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.how = {"rounding": "single"}
    words = ("verify", desk.bench.folder, "--vectors", 50, "--port", "simulated")
    assert desk.mcugen(*words) == 3
    said = capsys.readouterr().out
    assert "differ, by 1 at most; the first in " in said
    assert "bit-exact with single rounding" in said


def test_verify_json_with_clips(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("verify", desk.bench.folder, "--vectors", 3, "--port", "simulated", "--json")
    assert desk.mcugen(*words, "--clips", desk.bench.clips) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    (verdict,) = found["verdicts"]
    assert verdict["different"] == 0 and verdict["vectors"] == 3 + 6 + 3 + 4 * 36
