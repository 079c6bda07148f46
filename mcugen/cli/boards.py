# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen boards`: what there is to build for."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.boards import Board, load_boards
from mcugen.cli.console import console, say_json
from mcugen.cli.sections import board_dir_option, json_option


@click.command()
@json_option
@board_dir_option
def command(board_dir: Path | None, as_json: bool) -> None:
    """List the boards that `--board` takes."""
    if as_json:
        say_json({"schema": 1, "boards": [_as_json(board) for board in load_boards(board_dir)]})
        return
    from rich.table import Table

    table = Table("board", "what")
    table.add_column("flash bytes", justify="right")
    table.add_column("RAM bytes", justify="right")
    table.add_column("counts")
    for column in table.columns:
        column.no_wrap = column.header != "what"
    for board in load_boards(board_dir):
        sizes = (f"{region.bytes:,}" if region else "" for region in (board.flash, board.ram))
        table.add_row(board.name, board.title, *sizes, board.tick_unit)
    console().print(table)


def _as_json(board: Board) -> dict[str, object]:
    sizes = {region.name: region.bytes for region in (board.flash, board.ram) if region}
    return {
        "name": board.name,
        "title": board.title,
        "engines": board.engines,
        "flash_bytes": sizes.get("flash"),
        "ram_bytes": sizes.get("ram"),
        "tick_unit": board.tick_unit,
        "is_emulated": bool(board.run_command),
    }
