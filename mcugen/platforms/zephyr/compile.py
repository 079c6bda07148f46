# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles a Zephyr application with the Zephyr that the environment names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError
from mcugen.platforms.platform import Compiled, Places
from mcugen.platforms.zephyr.application import read_zephyr
from mcugen.toolchain.build import Compiler, describe_image, require, run_build

BASE_VARIABLE = "ZEPHYR_BASE"
_C_COMPILER = re.compile(r"^CMAKE_C_COMPILER:\w+=(.+)$", re.MULTILINE)


def compile_application(project: Path, board: Board, places: Places) -> Compiled:
    """build/zephyr/zephyr.elf where ZEPHYR_BASE is set; else the lines to go on are in README.md."""
    if not places.environment.get(BASE_VARIABLE):
        return Compiled(
            None, (f"no {BASE_VARIABLE}: README.md has the lines that build and flash it",)
        )
    base = Path(places.environment[BASE_VARIABLE])
    if not (base / "VERSION").is_file():
        raise ConfigError(f"{BASE_VARIABLE}={base} is no Zephyr", hint="west init, west update")
    cmake, ninja = require("cmake", board), require("ninja", board)
    build = project / "build"
    shutil.rmtree(build / "CMakeFiles", ignore_errors=True)
    (build / "CMakeCache.txt").unlink(missing_ok=True)
    target = places.variant or read_zephyr(board).target
    words = ["-GNinja", "-S", str(project), "-B", str(build), f"-DBOARD={target}"]
    run_build([cmake, *words], project)
    run_build([ninja, "-C", str(build)], project, places.on_progress)
    found = _C_COMPILER.search((build / "CMakeCache.txt").read_text(encoding="utf-8"))
    compiler = Compiler((found[1],)) if found else Compiler((f"{board.compiler_prefix}gcc",))
    return Compiled(describe_image(build / "zephyr" / "zephyr.elf", project, compiler))
