# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The Python of docs/python.md runs as it stands there, on the emulated board."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
import typing
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import mcugen
from mcugen.paths import examples_dir
from mcugen.train.synth_set import demo_clips
from tests.conftest import ROOT, require_tool

PAGE = (ROOT / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"```python(?: file=(\S+))?\n(.*?)```", PAGE, re.DOTALL)
((TEST_NAME, TEST_FILE),) = (block for block in BLOCKS if block[0])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model and a clip, and the blocks of the page run in it, in order."""
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(examples_dir() / "machine-sound", folder / "machine-sound")
    for clip in demo_clips(folder / "clips"):
        if not clip.name.startswith("normal_id_01"):
            clip.unlink()
    return folder


def python(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", mcugen.__all__)
def test_every_name_is_on_the_page_typed_and_described(name: str) -> None:
    assert re.search(rf"`(mcugen\.)?{name}\b", PAGE)
    found = getattr(mcugen, name)
    members = vars(found).items() if inspect.isclass(found) else ()
    functions = [found, *(value for word, value in members if not word.startswith("_"))]
    for function in functions:
        if isinstance(function, property):
            function = function.fget
        if callable(function):
            assert function.__doc__, function
            hints = typing.get_type_hints(function)
            assert inspect.isclass(function) or "return" in hints


def test_every_block_runs(desk: Path) -> None:
    script = "\n".join(code for file, code in BLOCKS if not file)
    (desk / "page.py").write_text(script)
    said = python(desk, "page.py")
    assert "mps2-an505" in said and "(5, 640) " in said and "instructions" in said
    assert "socket://localhost:1" in said, "the error of the device that is not there"
    assert (desk / "today" / "report.html").is_file()


def test_the_test_file_runs_against_the_emulated_board(desk: Path) -> None:
    if not (desk / "project").is_dir():
        python(
            desk,
            "-c",
            "import mcugen; mcugen.build('machine-sound', board='mps2-an505', out='project')",
        )
    assert len([line for line in TEST_FILE.splitlines() if line]) <= 10
    (desk / TEST_NAME).write_text(TEST_FILE)
    other = TEST_FILE.replace('"mps2-an505", ', "")
    (desk / "test_other.py").write_text(
        other + "\n\ndef test_default(mcugen_device): mcugen_device()\n"
    )
    printed = run_pytest(desk, TEST_NAME, "test_other.py", "--mcugen-build", "project")
    assert "2 passed, 1 skipped" in printed
    assert "for mcxn947, the build is for mps2-an505" in printed


def run_pytest(folder: Path, *words: str) -> str:
    """pytest as a user of the plugin starts it; returns what it prints."""
    has_entry_point = any(
        point.value == "mcugen.pytest_plugin" for point in entry_points(group="pytest11")
    )
    plugin = () if has_entry_point else ("-p", "mcugen.pytest_plugin")
    return python(folder, "-m", "pytest", "-q", "-rs", *plugin, *words)
