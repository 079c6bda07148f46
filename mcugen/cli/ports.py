# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen ports`: serial ports and the boards behind them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mcugen.boards import load_boards
from mcugen.cli.console import say, say_json
from mcugen.cli.sections import board_dir_option, json_option
from mcugen.toolchain.ports import name_ports, system_ports


@click.command()
@json_option
@board_dir_option
def command(board_dir: Path | None, as_json: bool) -> None:
    """List the serial ports and name those that belong to a board."""
    ports = name_ports(system_ports(), load_boards(board_dir))
    if as_json:
        say_json({"schema": 1, "ports": [asdict(named) for named in ports]})
        return
    if not ports:
        say("no serial ports")
    for named in ports:
        port = named.port
        what = f"{named.name} of {' or '.join(named.boards)}" if named.boards else port.description
        serial = f"  serial {port.serial_number}" if port.serial_number else ""
        say(f"{port.device}  {what}{serial}")
