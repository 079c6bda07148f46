# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen ports`: serial ports and the boards behind them."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.boards import load_boards
from mcugen.cli.console import say
from mcugen.toolchain.ports import name_ports, system_ports


@click.command()
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
def command(board_dir: Path | None) -> None:
    """List the serial ports and name those that belong to a board."""
    ports = name_ports(system_ports(), load_boards(board_dir))
    if not ports:
        say("no serial ports")
    for named in ports:
        port = named.port
        what = f"{named.name} of {' or '.join(named.boards)}" if named.boards else port.description
        serial = f"  serial {port.serial_number}" if port.serial_number else ""
        say(f"{port.device}  {what}{serial}")
