# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Projects for the scorer of Linux boards: cross-compiled for qemu-user, and for this computer."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import wave
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli.build import command as build
from mcugen.features.coding import input_coding
from mcugen.model.reference import open_reference
from mcugen.paths import examples_dir
from mcugen.samples.expected import expected_outputs, expected_score
from mcugen.samples.stimulus import make_stimulus
from mcugen.toolchain.project import Project, open_project
from tests.conftest import require_tool

EMULATOR = "qemu-aarch64"
RATE_HZ = 16000
EXAMPLE = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"


def boards_for_tests(root: Path) -> Path:
    """The i.MX 93 as qemu-user gives it, and as this computer would be."""
    text = (find_board("imx93").folder / "board.toml").read_text()
    port = str(find_board("host").folder / "port.c")
    text = text.replace('"../host/port.c"', json.dumps(port))
    emulated = text.replace('link = "none"', f'command = ["{EMULATOR}", "{{elf}}"]\nlink = "stdio"')
    native = text.replace('"aarch64-linux-gnu-"', '""').replace('"-mcpu=cortex-a55"', "")
    for name, content in (("emulated", emulated), ("native", native)):
        (root / name).mkdir(parents=True)
        (root / name / "board.toml").write_text(content.replace('"imx93"', f'"{name}"', 1))
    return root


def build_project(folder: Path, boards: Path, board: str, *words: str) -> Project:
    require_tool("cmake")
    arguments = [*words, "--board", board, "--board-dir", str(boards), "--out", str(folder)]
    done = CliRunner().invoke(build, arguments)
    if done.exception:
        raise done.exception
    return open_project(folder, boards)


def write_wav(path: Path, seconds: float = 2.5, **how: int) -> Path:
    """A hum with noise; `rate`, `channels` and `width` (bytes of a sample) as wanted."""
    rate, channels, width = how.get("rate", RATE_HZ), how.get("channels", 1), how.get("width", 2)
    random = np.random.default_rng(5)
    time_s = np.arange(int(seconds * rate)) / rate
    values = 3000 * np.sin(2 * np.pi * 120 * time_s) + random.normal(0, 800, time_s.size)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        kind = "<i2" if width == 2 else "<i4"
        file.writeframes(np.repeat(values, channels).astype(kind).tobytes())
    return path


def score(
    project: Project, *words: str | Path
) -> tuple[list[dict[str, str]], subprocess.CompletedProcess[str]]:
    """Rows of the scorer's CSV; the emulated one under qemu-user."""
    start = [EMULATOR] if project.board.name == "emulated" else []
    command = [*start, str(project.elf), *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return list(csv.DictReader(io.StringIO(done.stdout))), done


def reference_score(project: Project, path: Path, input_name: str = "pcm") -> tuple[float, int]:
    """What the host computes for the clip, with the build's rounding; and its windows."""
    front_end = project.manifest.front_end
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        coding = input_coding(reference.graph)
        stimulus = make_stimulus(path, input_name, front_end, coding)
        outputs = expected_outputs(reference, stimulus.inputs)[0]
        return expected_score(reference, stimulus, outputs), len(outputs)
