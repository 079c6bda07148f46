# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Commands of a Markdown page, run as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def console_blocks(text: str) -> list[list[tuple[str, list[str]]]]:
    """For each console block its commands, each with the lines shown below it."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [_commands(block) for block in blocks]


def _commands(block: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line != "…":
            found[-1][1].append(line)
    return found


def run_shown(command: str, shown: list[str], folder: Path, status: int = 0) -> None:
    """Runs an mcugen command in `folder`: it ends so and prints what it is shown to print."""
    words = shlex.split(command)
    assert words[0] == "mcugen", command
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == status, f"{command}\n{done.stdout}{done.stderr}"
    for line in shown:
        assert _is_printed(line, done.stdout), f"{command}\n{line}\n{done.stdout}"


INSTRUCTIONS_MARGIN = 0.01
"""Between the compilers and emulators of the Debian releases that are tested; a ratio moves along."""

_NUMBER = re.compile(r"\d[\d,.]*")


def _is_printed(shown: str, printed: str) -> bool:
    """Whether `shown` stands there: the layout of tables is free, instructions have their margin."""
    if "instructions" not in shown:
        return _flat(shown) in _flat(printed)
    return any(_is_near(shown, line) for line in printed.splitlines())


def _is_near(shown: str, printed: str) -> bool:
    if _NUMBER.sub("#", _flat(shown)) != _NUMBER.sub("#", _flat(printed)):
        return False
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(printed), strict=True)
    values = [tuple(float(number.replace(",", "")) for number in pair) for pair in pairs]
    return all(abs(here - there) <= INSTRUCTIONS_MARGIN * there for here, there in values)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
