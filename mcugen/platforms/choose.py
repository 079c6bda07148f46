# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The platform of a board, and the engines there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcugen.boards import OWN_TABLES, Board
from mcugen.engines import ENGINES
from mcugen.engines.contract import Engine
from mcugen.errors import unknown
from mcugen.platforms import PLATFORMS
from mcugen.platforms.platform import Platform
from mcugen.toolchain.flash_data import read_flash_data

COMMON_TABLES: Mapping[str, Callable[[Board], object]] = {"flash": read_flash_data}
"""Tables that a board.toml of every platform may have -> what reads and checks them."""


def platform_of(board: Board) -> Platform:
    """The platform that the board's `exporter` names; ConfigError for a board.toml that does not fit it."""
    where = board.folder / "board.toml"
    if board.exporter not in PLATFORMS:
        raise unknown(f"{where}: exporter", board.exporter, PLATFORMS)
    platform = PLATFORMS[board.exporter]
    readers = {**COMMON_TABLES, **platform.tables}
    for name in board.extra:
        if name not in readers:
            raise unknown(f"{where}: table", name, (*OWN_TABLES, *readers))
    for name, read in readers.items():
        if name in board.extra or name in platform.tables:
            read(board)
    engines = {**ENGINES, **platform.engines}
    for name in board.engines:
        if name not in engines:
            raise unknown(f"{where}: word in engines", name, engines)
    return platform


def all_engines() -> Mapping[str, Engine]:
    """`--engine` -> engine: the general ones, then those that come with a platform."""
    rows = (ENGINES, *(platform.engines for platform in PLATFORMS.values()))
    return {name: engine for row in rows for name, engine in row.items()}
