# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every command of the README runs as it stands there and prints what it is shown to print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, require_tool
from tests.console_blocks import console_blocks, run_shown

README = (ROOT / "README.md").read_text()
BLOCKS = console_blocks(README)
SET_UP = ("make demo", "make test")


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert tuple(command for command, _ in BLOCKS[0]) == SET_UP
    assert "$(BIN)/mcugen demo --out demo-out" in makefile
    assert "$(BIN)/python -m pytest" in makefile


def test_every_command_runs_and_prints_what_is_shown(tmp_path: Path) -> None:
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    tour = [pair for block in BLOCKS[1:] for pair in block]
    demo = "mcugen demo --out demo-out"  # what `make demo` runs once it has set up
    for command, shown in [(demo, ["report: demo-out/run/report.html"]), *tour]:
        run_shown(command, shown, tmp_path)


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
