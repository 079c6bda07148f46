# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the shell is offered, and that it never sees a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.toolchain.ports import Port
from tests.cli.calls import call

Capture = pytest.CaptureFixture[str]


def offered(capfd: Capture, monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    words = line.split(" ")
    monkeypatch.setenv("_MCUGEN_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    return [each.removeprefix("plain,") for each in call(capfd).out.split()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mcugen insp", ["inspect"]),
        ("mcugen build --board mps2-an", ["mps2-an385", "mps2-an505"]),
        ("mcugen doctor --board ho", ["host"]),
        ("mcugen build --engine a", ["aot", "axon"]),
        ("mcugen evaluate --front-end mlperf-k", ["mlperf-kws"]),
        ("mcugen build --accelerator n", ["npu"]),
        ("mcugen run x --port /dev/ttyA", ["/dev/ttyACM7"]),
        ("mcugen build --board-dir /nowhere --board m", []),
    ],
)
def test_names_are_completed(
    line: str, words: list[str], capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (Port("/dev/ttyACM7", "MCU-Link", None, None), Port("COM3", "", None, None))
    monkeypatch.setattr("mcugen.toolchain.ports.system_ports", lambda: found)
    assert offered(capfd, monkeypatch, line) == words


def test_own_boards_are_completed(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zz-mine").mkdir()
    (tmp_path / "zz-mine" / "board.toml").write_text("not even TOML")
    line = f"mcugen build --board-dir {tmp_path} --board zz"
    assert offered(capfd, monkeypatch, line) == ["zz-mine"]


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("build", "--accelerator", "npuu"), "'npu'"),
        (("run", "x", "--input", "feature"), "'features'"),
        (("build", "--bord", "host"), "--board"),
        (("biuld",), "'build'"),
        (("build", "--board", "mps2-an50"), "'mps2-an505'"),
        (("build", "--board", "host", "--engine", "aott"), "'aot'"),
        (("build", "--board", "host", "--front-end", "mlperf-add"), "'mlperf-ad'"),
    ],
)
def test_words_that_are_none_have_a_nearest_one(
    words: tuple[str, ...], near: str, capfd: Capture
) -> None:
    answer = call(capfd, *words)
    assert answer.status == 2 and near in answer.err and "id you mean" in answer.err


def test_paths_that_are_not_there_have_a_nearest_one(tmp_path: Path, capfd: Capture) -> None:
    for name in ("model.tflite", "project"):
        (tmp_path / name).touch()
    pairs = [
        (("inspect", tmp_path / "modle.tflite"), "model.tflite"),
        (("verify", tmp_path / "projetc"), "project"),
        (("report", tmp_path / "projec"), "project"),
    ]
    for words, near in pairs:
        assert f"did you mean '{tmp_path / near}'?" in call(capfd, *words).err
