# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The platform of a board, and the engines there are."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.boards import Board
from mcugen.engines import ENGINES
from mcugen.engines.contract import Engine
from mcugen.errors import unknown
from mcugen.platforms import PLATFORMS
from mcugen.platforms.platform import Platform


def platform_of(board: Board) -> Platform:
    """The platform that the board's `exporter` names; ConfigError when there is none of that name."""
    if board.exporter not in PLATFORMS:
        raise unknown(f"{board.folder / 'board.toml'}: exporter", board.exporter, PLATFORMS)
    return PLATFORMS[board.exporter]


def all_engines() -> Mapping[str, Engine]:
    """`--engine` -> engine: the general ones, then those that come with a platform."""
    rows = (ENGINES, *(platform.engines for platform in PLATFORMS.values()))
    return {name: engine for row in rows for name, engine in row.items()}
