# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles the harness around the fake model of firmware_tests/fake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mcugen.boards import Board
from mcugen.paths import runtime_dir
from tests.c_compiler import SANITIZERS, compile_program
from tests.conftest import ROOT

FIRMWARE_TESTS = ROOT / "firmware_tests"
HARNESS = (
    "status frame window device device_read harness mlperf text quantize score profile".split()
)


def runtime_sources(*names: str) -> list[Path]:
    """Sources of runtime/ by name without suffix."""
    return [runtime_dir() / f"{name}.c" for name in names]


def compile_c(
    output: Path, sources: Sequence[Path], flags: Sequence[str] = (), compiler: str = "gcc"
) -> Path:
    """Compiles and links with the project's warnings as errors; the test fails with their text."""
    folders = (runtime_dir(), FIRMWARE_TESTS, FIRMWARE_TESTS / "fake")
    flags = ("-O1", "-g", *(f"-I{folder}" for folder in folders), *flags)
    return compile_program(compiler, sources, output, flags=flags)


def build_for_board(board: Board, output: Path, macros: Mapping[str, str] | None = None) -> Path:
    """The whole firmware around the fake model, for a board of boards/."""
    sources = runtime_sources(*HARNESS, "main")
    sources.append(FIRMWARE_TESTS / "fake" / "fake_model.c")
    sources += [board.files[source] for source in board.sources]
    flags = [
        *board.cpu_flags,
        *(f"-D{define}" for define in board.defines),
        *(f"-D{name}={value}" for name, value in (macros or {}).items()),
        f"-L{board.folder}",
        *board.link_flags,
    ]
    if not board.compiler_prefix:
        flags += SANITIZERS
    return compile_c(output, sources, flags, f"{board.compiler_prefix}gcc")
