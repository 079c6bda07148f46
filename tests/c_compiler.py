# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles C for tests: one object a source, so that ccache finds what another test has compiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import require_tool

WARNINGS = (
    "-std=c11 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wdouble-promotion -Wmissing-prototypes "
    "-Wvla -Werror"
).split()
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def compile_program(
    compiler: str,
    sources: Sequence[Path],
    output: Path,
    *,
    flags: Sequence[str],
    link: Sequence[str] = (),
) -> Path:
    """Compiles and links with the project's warnings as errors; the test fails with their text.

    `flags` are for the compiler and the linker, `link` only for the linker.
    """
    command = [require_tool(compiler), *WARNINGS, *flags]
    objects = []
    with tempfile.TemporaryDirectory(prefix="objects-", dir=output.parent) as folder:
        for number, source in enumerate(sources):
            objects.append(f"{folder}/{number}-{source.stem}.o")
            _run([*launcher(), *command, "-c", str(source), "-o", objects[-1]], output.parent)
        _run([*command, *objects, *link, "-lm", "-o", str(output)], output.parent)
    return output


def use_ccache() -> None:
    """Has CMake compile through ccache, too, and ccache take equal files of any folder for equal."""
    for language in ("C", "CXX") if launcher() else ():
        os.environ.setdefault(f"CMAKE_{language}_COMPILER_LAUNCHER", *launcher())
    os.environ.setdefault("CCACHE_BASEDIR", tempfile.gettempdir())
    os.environ.setdefault("CCACHE_NOHASHDIR", "1")
    os.environ.setdefault("CCACHE_SLOPPINESS", "include_file_ctime,include_file_mtime")


def launcher() -> tuple[str, ...]:
    """Path of ccache, or nothing where it is not installed: tests are slower then."""
    path = shutil.which("ccache")
    return (path,) if path else ()


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
