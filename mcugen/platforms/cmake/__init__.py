# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Boards that need no vendor's SDK: a plain CMake project."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError
from mcugen.export.exporter import Exporter
from mcugen.platforms.cmake.project import compile_flags, export_cmake
from mcugen.platforms.platform import Compiled, Places, Platform
from mcugen.toolchain.build import compile_project

_TFLM = "--tflm DIR (tensorflow/, third_party/, libtensorflow-microlite.a), or --no-compile"


def compile_cmake(project: Path, board: Board, places: Places) -> Compiled:
    """Compiles the project with the board's compiler; ConfigError where a TFLite Micro is missing."""
    if places.engine.links_tflm and places.tflm is None:
        raise ConfigError(f"engine {places.engine.name!r} needs a TFLite Micro build", hint=_TFLM)
    if places.tflm is not None and not (places.tflm / "tensorflow").is_dir():
        raise ConfigError(f"{places.tflm} holds no TFLite Micro: no tensorflow/ in it", hint=_TFLM)
    return Compiled(compile_project(project, board, places.tflm, places.on_progress))


CMAKE = Platform(
    Exporter(export_cmake, compile_flags),
    options=frozenset({"tflm"}),
    compile=compile_cmake,
)
