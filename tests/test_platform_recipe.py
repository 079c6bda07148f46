# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/adding-a-platform.md, followed to the letter: its folder, its board, its proof."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from mcugen.paths import boards_dir
from mcugen.platforms.choose import FOLDERS_VARIABLE
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool

Capture = pytest.CaptureFixture[str]
PAGE = (ROOT / "docs" / "adding-a-platform.md").read_text()
COMMANDS = re.findall(r"^    (\S.*)$", PAGE.partition("## What else")[0], flags=re.M)
COMMANDS = [line for line in COMMANDS if re.match(r"(mkdir|cp|export|mcugen) ", line)]


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which everything is done but mcugen's commands."""
    (tmp_path / "boards").symlink_to(boards_dir())
    monkeypatch.chdir(tmp_path)
    for line in COMMANDS:
        if line.startswith(("mkdir", "cp")):
            subprocess.run(["sh", "-ec", line], check=True, timeout=10)
    for block in re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", PAGE, flags=re.S):
        (tmp_path / block[0]).write_text(block[1])
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "makefile"))
    return tmp_path


def test_the_recipe_ends_in_a_proof(followed: Path, capfd: Capture) -> None:
    require_tool("gcc")
    require_tool("make")
    doctor, build, verify = (line.split()[1:] for line in COMMANDS if line.startswith("mcugen"))
    assert f"export {FOLDERS_VARIABLE}=$PWD/makefile" in COMMANDS
    for words in (doctor, build):
        assert call(capfd, *words).status == 0
    (verdict,) = json.loads(call(capfd, *verify, "--vectors", "2", "--json").out)["verdicts"]
    assert verdict["different"] == 0 and verdict["values"] > 640


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_thing", "cannot be loaded: ModuleNotFoundError"),
        ("PLATFORM = 3", "defines no PLATFORM"),
        (None, "cannot be loaded: FileNotFoundError"),
    ],
)
def test_a_platform_that_cannot_be_loaded(
    code: str | None, said: str, followed: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    folder = followed / "broken"
    folder.mkdir()
    if code is not None:
        (folder / "__init__.py").write_text(code)
    monkeypatch.setenv(FOLDERS_VARIABLE, str(folder))
    answer = call(capfd, "doctor", "--board", "host")
    assert answer.status == 2 and said in answer.err and "Traceback" not in answer.err


def test_without_its_folder_the_platform_is_unknown(
    followed: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    monkeypatch.delenv(FOLDERS_VARIABLE)
    answer = call(capfd, "doctor", "--board", "my-host", "--board-dir", "my-boards")
    assert answer.status == 2 and "board.toml: unknown exporter 'makefile'" in answer.err
