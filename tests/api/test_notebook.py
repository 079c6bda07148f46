# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The notebook in examples/ runs from its first cell to its last, and jupytext takes it as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcugen.paths import examples_dir
from tests.conftest import ROOT, require_tool

NOTEBOOK = examples_dir() / "notebook" / "machine_sound.py"


@pytest.mark.slow
def test_every_cell_runs(tmp_path: Path) -> None:
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(NOTEBOOK)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bit-exact" in done.stdout and "by the device" in done.stdout


def test_it_is_a_notebook() -> None:
    jupytext = pytest.importorskip("jupytext")
    cells = jupytext.read(NOTEBOOK).cells
    assert [cell.cell_type for cell in cells].count("markdown") >= 5
    assert sum(cell.cell_type == "code" for cell in cells) >= 5
