# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every command of the README runs as it stands there and prints what it is shown to print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, require_tool

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
SET_UP = ("make demo", "make test")


def commands(block: str) -> list[tuple[str, list[str]]]:
    """(command, lines shown below it) of a console block."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line != "…":
            found[-1][1].append(line)
    return found


def flat(text: str) -> str:
    """Without the layout of tables, and without instruction counts' last two digits, which wobble."""
    return re.sub(r"\s+", " ", re.sub(r"(\d),(\d)\d\d instructions", r"\1,\2.. instructions", text))


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert tuple(command for command, _ in commands(BLOCKS[0])) == SET_UP
    assert "$(BIN)/mcugen demo --out demo-out" in makefile
    assert "$(BIN)/python -m pytest" in makefile


def test_every_command_runs_and_prints_what_is_shown(tmp_path: Path) -> None:
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    tour = [pair for block in BLOCKS[1:] for pair in commands(block)]
    demo = "mcugen demo --out demo-out"  # what `make demo` runs once it has set up
    for command, shown in [(demo, ["report: demo-out/run/report.html"]), *tour]:
        words = shlex.split(command)
        assert words[0] == "mcugen", command
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for line in shown:
            assert flat(line).strip() in flat(done.stdout), f"{command}\n{line}\n{done.stdout}"


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
