# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A small project for the MCX N947 without an SDK, and its firmware with one fault planted in a source."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.cli import main
from mcugen.emulator.chip import EmulatorData, read_chip, read_emulator_data
from mcugen.emulator.image import read_image
from tests.conftest import require_tool
from tests.device.projects import small_model

BARE = "mcxn947-bare"
SEED, BAUD = 7, 115200


def require_unicorn() -> None:
    """A visible skip where the extra `emulate` is not installed, a failure in CI."""
    if os.environ.get("CI"):
        import unicorn  # noqa: F401
    pytest.importorskip("unicorn", reason="the extra `emulate` is not installed")


def build_small(folder: Path) -> Path:
    """The compiled project of a model of 16 values."""
    require_unicorn()
    require_tool("arm-none-eabi-gcc")
    model = folder / "small.tflite"
    model.write_bytes(small_model())
    project = folder / "project"
    with pytest.raises(SystemExit) as ended:
        main(["build", str(model), "--board", BARE, "--out", str(project)])
    assert not ended.value.code
    return project


@dataclass(frozen=True, slots=True)
class Edit:
    """Text of a file of boards/ that becomes another; `file` is its name in the project's board/."""

    file: str
    old: str
    new: str


def plant(project: Path, edits: tuple[Edit, ...]) -> Path:
    """The image of the project with these edits; the project itself is as it was afterwards."""
    kept = {edit.file: (project / "board" / edit.file).read_bytes() for edit in edits}
    try:
        for edit in edits:
            path = project / "board" / edit.file
            text = path.read_text()
            assert edit.old in text, edit
            path.write_text(text.replace(edit.old, edit.new))
        # A linker script is none of the sources that make looks at.
        (project / "build" / "firmware.elf").unlink(missing_ok=True)
        done = subprocess.run(
            ["cmake", "--build", str(project / "build")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return shutil.copy(project / "build" / "firmware.elf", project.parent / "planted.elf")
    finally:
        for name, content in kept.items():
            (project / "board" / name).write_bytes(content)


def power_on(elf: Path, data: EmulatorData | None = None):  # type: ignore[no-untyped-def]
    """The chip with that image, before its first instruction."""
    from mcugen.emulator.machine import EmulatedChip

    known = data or read_emulator_data(find_board(BARE))
    return EmulatedChip(read_chip(known.chip), known, read_image(elf), SEED, BAUD)


def talk(elf: Path, request: bytes = b"name%", slices: int = 200) -> tuple[bytes, str]:
    """What the firmware answers to a request once it sleeps, and what the emulator found."""
    machine = power_on(elf)
    said, asked = b"", False
    for _ in range(slices):
        is_idle = machine.advance()
        said += machine.take()
        if machine.findings.ends or (is_idle and asked):
            break
        if is_idle:
            asked = True
            machine.feed(request)
        if b"mcugen fatal" in said and said.endswith(b"\0") and len(said) > 16:
            break
    return said, "; ".join(machine.findings.sentences)
