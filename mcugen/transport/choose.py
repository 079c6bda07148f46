# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Board + what the user gave -> Link."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError
from mcugen.transport.labgrid_place import SCHEME, LabgridLink
from mcugen.transport.link import Link
from mcugen.transport.process_link import ProcessLink
from mcugen.transport.serial_link import SerialLink


def link_for(board: Board, elf: Path | None, port_url: str | None = None) -> Link:
    """The port the user named, else the process that stands for the board and runs `elf`;
    ConfigError for neither."""
    if port_url is not None and port_url.startswith(SCHEME):
        return LabgridLink(port_url, board.baud)
    if port_url is not None:
        return SerialLink(port_url, board.baud)
    if board.run_link == "none":
        raise ConfigError(
            f"board {board.name} needs --host", hint=f"for example --host root@{board.name}"
        )
    if not board.run_command:
        without = "; without a board: --emulate" if "emulator" in board.extra else ""
        raise ConfigError(
            f"board {board.name} needs --port",
            hint=f"`mcugen ports` lists the serial ports{without}",
        )
    command = [word.replace("{elf}", str(elf)) for word in board.run_command]
    return ProcessLink(command, install_hint=f"apt-get install {' '.join(board.packages)}")
