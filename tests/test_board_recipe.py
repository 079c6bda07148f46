# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/boards.md, followed to the letter: its commands, its board.toml, its proof."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from mcugen.boards import load_boards
from mcugen.cli import main
from tests.conftest import ROOT, require_tool

PAGE = (ROOT / "docs" / "boards.md").read_text()


def commands() -> list[str]:
    return re.findall(r"^    (\S.*)$", PAGE, flags=re.M)


def mcugen(line: str, *more: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*line.split()[1:], *more])
    assert not ended.value.code, line


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which steps 1 and 2 have been done."""
    (tmp_path / "boards").symlink_to(ROOT / "boards")
    monkeypatch.chdir(tmp_path)
    for line in commands():
        if not line.startswith("mcugen"):
            subprocess.run(["sh", "-ec", line], check=True, timeout=10)
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S)
    (tmp_path / "my-boards" / "my-riscv" / "board.toml").write_text(block)
    return tmp_path


def test_the_recipe_ends_in_a_proof(followed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """RV32IMFC: a double or an atomic instruction would fault."""
    require_tool("riscv64-unknown-elf-gcc")
    require_tool("qemu-system-riscv32")
    boards, build, verify = (line for line in commands() if line.startswith("mcugen"))
    mcugen(boards)
    assert "my-riscv" in capsys.readouterr().out
    mcugen(build)
    capsys.readouterr()
    mcugen(verify, "--vectors", "2", "--json")
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
    assert verdict["different"] == 0 and verdict["values"] > 640


def test_the_page_lists_what_board_toml_may_say(followed: Path) -> None:
    (mine,) = [b for b in load_boards(followed / "my-boards") if b.name == "my-riscv"]
    assert mine.cpu_flags[0] == "-march=rv32imfc" and mine.tick_unit == "instructions"


def test_no_python_names_a_board() -> None:
    names = [board.name for board in load_boards() if board.name != "host"]
    for path in (ROOT / "mcugen").rglob("*.py"):
        text = path.read_text()
        for name in names:
            compared = re.search(rf'==\s*"{re.escape(name)}"|"{re.escape(name)}"\s*==', text)
            assert compared is None, f"{path} compares with {name}"
            assert "qemu-riscv32" not in text, f"{path} names a board"
