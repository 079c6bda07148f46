# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The platforms and engines there are, and the platform of a board."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from mcugen.boards import OWN_TABLES, Board
from mcugen.emulator.chip import read_emulator_data
from mcugen.engines import ENGINES
from mcugen.engines.contract import Engine
from mcugen.errors import ConfigError, unknown
from mcugen.platforms import PLATFORMS
from mcugen.platforms.platform import Platform
from mcugen.toolchain.flash_data import read_flash_data

COMMON_TABLES: Mapping[str, Callable[[Board], object]] = {
    "emulator": read_emulator_data,
    "flash": read_flash_data,
}
"""Tables that a board.toml of every platform may have -> what reads and checks them."""


FOLDERS_VARIABLE = "MCUGEN_PLATFORMS"
"""Environment variable with the folders of a user's own platforms, separated as in PATH."""


def all_platforms() -> Mapping[str, Platform]:
    """`exporter` of a board.toml -> platform: PLATFORMS, and those in the folders of MCUGEN_PLATFORMS.

    A folder's name is the platform's; its __init__.py defines PLATFORM. Its code is run. ConfigError
    when it cannot be loaded.
    """
    folders = filter(None, os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep))
    return {**PLATFORMS, **{Path(f).name: _load(Path(f).resolve()) for f in folders}}


@functools.cache
def _load(folder: Path) -> Platform:
    name = f"mcugen_platform_{folder.name}"
    where = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        name, where, submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's module raises
        what = f"{FOLDERS_VARIABLE}: {where} cannot be loaded: {type(error).__name__}: {error}"
        raise ConfigError(what, hint="docs/adding-a-platform.md") from error
    platform = getattr(module, "PLATFORM", None)
    if not isinstance(platform, Platform):
        what = f"{FOLDERS_VARIABLE}: {where} defines no PLATFORM"
        raise ConfigError(what, hint="docs/adding-a-platform.md")
    return platform


def platform_of(board: Board) -> Platform:
    """The platform that the board's `exporter` names; ConfigError for a board.toml that does not fit it."""
    where = board.folder / "board.toml"
    platforms = all_platforms()
    if board.exporter not in platforms:
        raise unknown(f"{where}: exporter", board.exporter, platforms)
    platform = platforms[board.exporter]
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


def memory_layouts(board: Board) -> Mapping[str, Board]:
    """`--memory` -> the board with the limits of that layout; empty where the board has one alone."""
    layouts = platform_of(board).memories
    return layouts(board) if layouts is not None else {}


def all_engines() -> Mapping[str, Engine]:
    """`--engine` -> engine: the general ones, then those that come with a platform."""
    rows = (ENGINES, *(platform.engines for platform in all_platforms().values()))
    return {name: engine for row in rows for name, engine in row.items()}
