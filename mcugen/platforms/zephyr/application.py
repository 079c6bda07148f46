# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The Zephyr application around the measuring firmware."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, merge
from mcugen.errors import ConfigError
from mcugen.export.exporter import ExportOptions, common_context
from mcugen.platforms.cmake.project import C_STANDARD, OPTIMIZE_FLAGS, UNFUSED

OPTIMIZE_OPTIONS = {
    "speed": "CONFIG_SPEED_OPTIMIZATIONS=y",
    "size": "CONFIG_SIZE_OPTIMIZATIONS=y",
    "fastest": "CONFIG_SPEED_OPTIMIZATIONS=y",
}


@dataclass(frozen=True, slots=True)
class ZephyrTarget:
    """The table [zephyr] of a board.toml."""

    target: str  # west build -b
    port: Path  # port.c for Zephyr
    prj_conf: tuple[str, ...] = ()


def read_zephyr(board: Board) -> ZephyrTarget:
    """[zephyr] of the board, checked; ConfigError names file and key."""
    table = board.table("zephyr")
    found = table.read(ZephyrTarget, port=board.folder / table.text("port"))
    if not found.port.is_file():
        raise ConfigError(f"{table.where}: port {found.port} does not exist")
    return found


def compile_flags(board: Board, optimize: str) -> tuple[str, ...]:
    """The flags of our choice; Zephyr adds those of the core."""
    return (C_STANDARD, UNFUSED, OPTIMIZE_FLAGS[optimize], *board.cpu_flags)


def export_zephyr(app: SourceTree, board: Board, model: str, options: ExportOptions) -> SourceTree:
    """CMakeLists.txt, prj.conf, README.md and the port; `--variant` names another Zephyr board."""
    zephyr = read_zephyr(board)
    port = {"board/port.c": zephyr.port.read_bytes()}
    files = merge(app, port)
    context = {
        **common_context(files, board, model),
        "zephyr": zephyr,
        "target": options.variant or zephyr.target,
        "optimize_option": OPTIMIZE_OPTIONS[options.optimize],
        "unfused": UNFUSED,
    }
    pages = ("CMakeLists.txt", "README.md", "prj.conf")
    return {**port, **{page: render(f"zephyr/{page}.j2", context) for page in pages}}
