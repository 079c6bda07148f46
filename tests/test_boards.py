# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Boards are data: the shipped ones load, a user's own folder works, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.boards import find_board, load_board, load_boards
from mcugen.errors import ConfigError
from mcugen.toolchain.flash_data import read_flash_data

MINE = """
name = "mine"
title = "A made-up board"
exporter = "cmake"
isa = ["dsp"]
sources = ["port.c"]

[toolchain]
prefix = "arm-none-eabi-"
cpu_flags = ["-mcpu=cortex-m4"]

[memory.flash]
bytes = 524288

[memory.ram]
bytes = 131072
reserved_bytes = 8192

[ticks]
unit = "cycles"

[run]
link = "serial"
baud = 921600
"""


def write_board(root: Path, text: str, name: str = "mine") -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "board.toml").write_text(text)
    (folder / "port.c").write_text("")
    return folder


def test_every_shipped_board_loads() -> None:
    names = [board.name for board in load_boards()]
    assert {"host", "mps2-an505"} <= set(names)
    assert names == sorted(names)


def test_a_users_own_folder_is_a_board(tmp_path: Path) -> None:
    write_board(tmp_path, MINE)
    board = find_board("mine", tmp_path)
    assert board.flash is not None and board.flash.bytes == 524288
    assert board.ram is not None and board.ram.reserved_bytes == 8192
    assert board.baud == 921600
    assert board in load_boards(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('unit = "cycles"', 'unit = "cycle"', "unknown unit 'cycle'"),
        ("baud = 921600", 'baud = "fast"', "baud must be an integer"),
        ("baud = 921600", "baude = 921600", "unknown key 'baude'"),
        ('exporter = "cmake"', "", "'exporter' is missing"),
        ('sources = ["port.c"]', 'sources = ["prot.c"]', "'prot.c' does not exist"),
        ('name = "mine"', 'name = "yours"', "differs from the folder"),
        ("bytes = 524288", "bytes = true", "bytes must be an integer"),
        ("[ticks]", "[ticks", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = write_board(tmp_path, MINE.replace(old, new))
    with pytest.raises(ConfigError, match=words):
        load_board(folder)


def test_unknown_keys_name_the_nearest(tmp_path: Path) -> None:
    folder = write_board(tmp_path, MINE.replace("cpu_flags", "cpu_flag"))
    with pytest.raises(ConfigError) as caught:
        load_board(folder)
    assert caught.value.hint == "did you mean 'cpu_flags'?"


def test_an_unknown_board_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        find_board("mps2-an55")
    assert "mps2-an505" in caught.value.hint


def test_a_board_takes_files_of_others(tmp_path: Path) -> None:
    """Of mcugen's boards and of boards beside it; its own file of the same name wins."""
    write_board(tmp_path, MINE, "other")
    (tmp_path / "other" / "table.h").write_text("// theirs")
    shares = 'shares = ["mcxn947/uart.h", "other/table.h", "other/port.c"]\nsources = ["port.c"]'
    folder = write_board(tmp_path, MINE.replace('sources = ["port.c"]', shares))
    files = load_board(folder).files
    assert set(files) == {"port.c", "table.h", "uart.h"}
    assert files["uart.h"].read_bytes() == find_board("mcxn947").files["uart.h"].read_bytes()
    assert files["port.c"] == folder / "port.c"
    for wrong in ("other/none.c", "port.c", "../other/port.c"):
        text = MINE.replace('isa = ["dsp"]', f'shares = ["{wrong}"]')
        (folder / "board.toml").write_text(text)
        with pytest.raises(ConfigError, match="shares names") as caught:
            load_board(folder)
        assert wrong in caught.value.what


def test_a_board_is_flashed_like_another() -> None:
    like, lender = (read_flash_data(find_board(name)) for name in ("mcxn236", "mcxn947"))
    assert like.runners == lender.runners
    assert like.words("") != lender.words("")
