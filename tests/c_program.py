# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""C test programs: compiled and run on this PC under sanitizers, or for an emulated board."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from mcugen.boards import load_board
from mcugen.codegen.tree import SourceTree
from tests.c_compiler import SANITIZERS, compile_program
from tests.conftest import ROOT, require_tool

RUNTIME = ROOT / "runtime"
FIRMWARE_TESTS = ROOT / "firmware_tests"
AN505 = "mps2-an505"


def put_sources(tree: SourceTree, folder: Path) -> list[Path]:
    """Writes generated files flat into `folder`; returns those that are compiled."""
    for path, content in tree.items():
        (folder / Path(path).name).write_bytes(content)
    return sorted(folder / Path(path).name for path in tree if path.endswith(".c"))


def run_on_host(sources: Sequence[Path], folder: Path, optimize: str = "-O2") -> str:
    """Output of the program under ASan and UBSan; fails when it does not return 0.

    With -O0 the kernels of vectors compile six times faster, and run slower.
    """
    includes = [f"-I{path}" for path in (folder, RUNTIME, FIRMWARE_TESTS)]
    flags = (optimize, "-g", *SANITIZERS, *includes)
    program = compile_program("gcc", sources, folder / "program", flags=flags)
    done = subprocess.run([program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def compile_library(sources: Sequence[Path], folder: Path) -> Path:
    """A shared library of the sources, for ctypes."""
    flags = ("-O2", "-fPIC", f"-I{folder}", f"-I{RUNTIME}")
    return compile_program("gcc", sources, folder / "library.so", flags=flags, link=("-shared",))


def compile_for_board(
    sources: Sequence[Path], folder: Path, includes: Sequence[Path] = (), board_name: str = AN505
) -> Path:
    """The program as an image of an emulated board, optimised with -O2. newlib's printf works in it."""
    board = load_board(ROOT / "boards" / board_name)
    together = folder / "board"  # a shared source includes the headers of this board
    together.mkdir(exist_ok=True)
    for name, file in board.files.items():
        shutil.copyfile(file, together / name)
    port = [together / name for name in board.sources]
    link = [f"-L{board.folder}", *board.link_flags]
    picolibc = "--specs=picolibc.specs" in board.cpu_flags
    port.append(FIRMWARE_TESTS / "qemu" / ("picolibc_stdio.c" if picolibc else "retarget.c"))
    if not picolibc:
        link.append("-Wl,-u,_printf_float")
    flags = [*board.cpu_flags, "-O2", "-ffunction-sections"]
    flags += [f"-I{path}" for path in (*includes, folder, RUNTIME, FIRMWARE_TESTS)]
    flags += [f"-D{define}" for define in board.defines]
    compiler = f"{board.compiler_prefix}gcc"
    return compile_program(
        compiler, [*sources, *port], folder / "program.elf", flags=flags, link=link
    )


def embed_stdin(content: bytes, folder: Path) -> Path:
    """A source that gives a board's program `content` as its standard input, with newlib or picolibc."""
    source = folder / "embedded_stdin.c"
    numbers = ",".join(map(str, content + b"\0"))  # an array of C has one element at least
    source.write_text(
        f"static const unsigned char content[] = {{{numbers}}};\n"
        f"#define CONTENT_BYTES {len(content)}u\n"
        f'#include "qemu/embedded_stdin.h"\n'
    )
    return source


def run_on_board(program: Path, timeout_s: float = 60.0, board_name: str = AN505) -> str:
    """What the program prints until its main returns, in the board's emulator."""
    lines = run_until_fatal(program, timeout_s, board_name)
    assert lines and "main returned" in lines[-1], "".join(lines) or "no output"
    return "".join(lines[:-1])


def run_until_fatal(program: Path, timeout_s: float = 60.0, board_name: str = AN505) -> list[str]:
    """The lines that the program prints in the board's emulator; the last tells why it stopped."""
    emulator, *words = load_board(ROOT / "boards" / board_name).run_command
    words = [re.sub(r"^tcp:.*", "stdio", word) for word in words]  # not to a port of mcugen: here
    words = [re.sub(r"^socket,(id=\w+),.*", r"stdio,\1", word) for word in words]
    command = [word.replace("{elf}", str(program)) for word in words]
    lines = []
    with subprocess.Popen(
        [require_tool(emulator), *command], stdout=subprocess.PIPE, text=True
    ) as qemu:
        watchdog = threading.Timer(timeout_s, qemu.kill)
        watchdog.start()
        assert qemu.stdout is not None
        for line in qemu.stdout:
            lines.append(line)
            if "mcugen fatal" in line:
                break
        watchdog.cancel()
        qemu.kill()
    return lines
