# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Boards that run Linux: a bundle for their own benchmark_model, and a scorer that mcugen compiles."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import EnvironmentError_
from mcugen.export.exporter import Exporter
from mcugen.export.project import BuildRequest
from mcugen.platforms.cmake import compile_cmake
from mcugen.platforms.cmake.project import compile_flags
from mcugen.platforms.linux.board import linux_board
from mcugen.platforms.linux.bundle import export_linux
from mcugen.platforms.linux.engine import ENGINE
from mcugen.platforms.linux.vela import with_vela_model
from mcugen.platforms.platform import Accelerated, Compiled, Places, Platform


def _compile(project: Path, board: Board, places: Places) -> Compiled:
    """The scorer. Timing a model needs no compiler: a missing one is a note, not an error."""
    if places.engine.runs_file:
        return Compiled(None, ("`mcugen run --host` without clips times the file",))
    try:
        return compile_cmake(project, board, places)
    except EnvironmentError_ as error:
        return Compiled(
            None,
            (
                f"no scorer: {error.what} ({error.hint})",
                "`mcugen run --host` without clips still times the model",
            ),
        )


def _accelerate(request: BuildRequest, _places: Places, _work: Path) -> Accelerated:
    compiled, words = with_vela_model(request)
    return compiled, (words,)


LINUX = Platform(
    Exporter(export_linux, compile_flags),
    engines={ENGINE.name: ENGINE},
    options=frozenset({"tflm"}),
    tables={"linux": linux_board},
    compile=_compile,
    accelerate=_accelerate,
)
