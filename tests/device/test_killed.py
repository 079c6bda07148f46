# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of `mcugen run` at any instant: the same command goes on to the same results.

A handful of kills here; `MCUGEN_KILLS=100 pytest tests/device/test_killed.py` makes a hundred.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from mcugen.folder_lock import LOCK_NAME
from mcugen.paths import examples_dir
from mcugen.records import ClipRecord
from mcugen.report.files import load_run
from mcugen.train.synth_set import demo_clips
from tests.conftest import require_tool
from tests.ssh_server import eventually, processes_with

KILLS = int(os.environ.get("MCUGEN_KILLS", "3"))
MCUGEN = [sys.executable, "-m", "mcugen"]


def mcugen(*words: object, timeout_s: float = 300.0) -> subprocess.CompletedProcess[str]:
    command = [*MCUGEN, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model, compiled for the emulated Cortex-M33."""
    for tool in ("arm-none-eabi-gcc", "cmake", "qemu-system-arm"):
        require_tool(tool)
    folder = tmp_path_factory.mktemp("killed") / "project"
    model = examples_dir() / "machine-sound" / "mcugen.toml"
    done = mcugen("build", model, "--board", "mps2-an505", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def results(out: Path) -> list[ClipRecord]:
    """What a run found. Ticks depend on when bytes come."""
    clips = load_run(out).clips
    return [replace(clip, row_ticks=(), inference_ticks=()) for clip in clips]


def test_a_run_that_is_killed_resumes_to_the_same_results(emulated: Path, tmp_path: Path) -> None:
    clips = demo_clips(tmp_path / "clips")[:3]
    words = ("run", emulated, *clips, "--input", "int8", "--out")
    started = time.monotonic()
    clean = mcugen(*words, tmp_path / "clean")
    took_s = time.monotonic() - started
    assert clean.returncode == 0, clean.stderr
    random = Random(13)
    kills = finished = 0
    while kills < KILLS:
        out = tmp_path / f"run {kills}" / "out"
        out.mkdir(parents=True)
        (out / "mine.txt").write_text("not mcugen's")
        for _ in range(3):  # each run is killed up to three times, and then left alone
            kills += 1
            with subprocess.Popen(
                [*MCUGEN, *map(str, words), out],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                time.sleep(random.uniform(0, 1.2 * took_s))  # the instant is what is drawn
                process.kill()
            assert eventually(lambda: not left_over(emulated)), left_over(emulated)
        last = mcugen(*words, out)
        assert last.returncode == 0, last.stderr
        assert results(out) == results(tmp_path / "clean")
        assert (out / "mine.txt").read_text() == "not mcugen's"
        assert not (out / LOCK_NAME).exists()
        assert (out / "report.html").is_file()
        finished += 1
    assert finished >= KILLS // 3


def left_over(project: Path) -> list[int]:
    """Emulators of the project's firmware."""
    return processes_with(str(project / "build" / "firmware.elf"))


def test_the_emulator_is_known_by_its_command_line(emulated: Path, tmp_path: Path) -> None:
    """Or the test above could not fail."""
    clips = demo_clips(tmp_path / "clips")[:1]
    with subprocess.Popen(
        [*MCUGEN, "run", str(emulated), *map(str, clips), "--out", str(tmp_path / "out")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert eventually(lambda: bool(left_over(emulated)) or process.poll() is not None)
        assert left_over(emulated)
        second = mcugen("run", emulated, *clips, "--out", tmp_path / "out")
        assert second.returncode == 2
        assert f"out is in use by process {process.pid} on " in second.stderr
        process.kill()
    assert eventually(lambda: not left_over(emulated))
