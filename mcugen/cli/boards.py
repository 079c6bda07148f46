# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen boards`: what there is to build for."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.boards import load_boards
from mcugen.cli.console import console
from mcugen.cli.sections import board_dir_option


@click.command()
@board_dir_option
def command(board_dir: Path | None) -> None:
    """List the boards that `--board` takes."""
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
