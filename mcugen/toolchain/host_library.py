# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""C of ours, compiled for this computer and loaded into this process."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from mcugen.errors import EnvironmentError_
from mcugen.system import IS_WINDOWS, link_words, run_text
from mcugen.toolchain.build import find_zig

NAME = "library.dll" if IS_WINDOWS else "library.so"
FLAGS = ("-O2", "-std=c11", "-ffp-contract=off", "-shared", *([] if IS_WINDOWS else ["-fPIC"]))
COMPILE_S = 120.0


def load_sources(
    sources: Sequence[Path], includes: Sequence[Path] = (), calls: str = ""
) -> ctypes.CDLL:
    """A library of the sources, with variables of its own at every call. EnvironmentError_ without a
    C compiler. `calls` is a library with global names that this process has loaded."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Path(folder) / NAME
        library.write_bytes(_compiled(tuple(sources), tuple(includes), calls))
        return ctypes.CDLL(str(library))


@lru_cache(maxsize=8)
def _compiled(sources: tuple[Path, ...], includes: tuple[Path, ...], calls: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / NAME
        words = [*host_compiler(), *FLAGS, *(f"-I{include}" for include in includes)]
        words += [*map(str, sources), *(link_words(calls) if calls else ())]
        words += ["-o", str(library), *([] if IS_WINDOWS else ["-lm"])]
        done = run_text(words, COMPILE_S)
        if done.returncode != 0:
            raise EnvironmentError_(
                f"C does not compile for this computer: {done.stderr.strip()[-300:]}",
                hint="it needs a C compiler of this computer: gcc, clang or zig",
            )
        return library.read_bytes()


def host_compiler() -> tuple[str, ...]:
    """The words that start a C compiler of this computer; EnvironmentError_ where there is none."""
    for name in ("gcc", "cc", "clang"):
        if path := shutil.which(name):
            return (path,)
    if zig := find_zig():
        return (zig, "cc")
    raise EnvironmentError_(
        "no C compiler of this computer is installed",
        hint="sudo apt-get install gcc, or pip install ziglang",
    )
