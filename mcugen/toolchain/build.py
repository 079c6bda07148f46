# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles a generated CMake project and reports the result."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcugen.boards import Board
from mcugen.errors import EnvironmentError_, McugenError
from mcugen.progress import OnProgress, no_progress
from mcugen.system import CMAKE_GENERATOR
from mcugen.toolchain.size import Section, read_sections

COMPILE_TIMEOUT_S = 600.0
ZIG_TOOLCHAIN = "toolchain_zig.cmake"
"""File of a generated project that has CMake compile with zig."""
ENVIRONMENT = ("CC", "CFLAGS", "LDFLAGS")
"""Variables that CMake keeps from when it configured."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """A compiled firmware: where it is, who compiled it and what it takes."""

    elf: Path
    compiler: str
    sections: tuple[Section, ...]

    @property
    def flash_bytes(self) -> int:
        """Bytes of the image: code, constants and the initial values of variables."""
        return sum(s.bytes for s in self.sections if s.loaded)

    @property
    def ram_bytes(self) -> int:
        """Bytes of variables, stack and heap that the linker reserved."""
        return sum(s.bytes for s in self.sections if s.writable)


def require(program: str, board: Board) -> str:
    """Path of a program; EnvironmentError_ with the line that installs it when it is missing."""
    path = shutil.which(program)
    if path is None:
        packages = " ".join(board.packages)
        raise EnvironmentError_(
            f"{program} is not installed; board {board.name!r} needs it",
            hint=f"sudo apt-get install {packages}" if packages else f"install {program}",
        )
    return path


@dataclass(frozen=True, slots=True)
class Compiler:
    """The words that start it, and the CMake toolchain file that does so; "": the project's default."""

    command: tuple[str, ...]
    toolchain_file: str = ""

    def version(self) -> str:
        """The first line of its `--version`."""
        command = [*self.command, "--version"]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=60
        )
        first = done.stdout.partition("\n")[0]
        return f"zig cc: {first}" if self.toolchain_file == ZIG_TOOLCHAIN else first


def find_compiler(board: Board) -> Compiler:
    """The board's GCC, or zig where the board takes it and only zig is installed."""
    try:
        return Compiler((require(f"{board.compiler_prefix}gcc", board),))
    except EnvironmentError_ as error:
        if not board.zig_flags:
            raise
        zig = find_zig()
        if zig is None:
            hint = f"{error.hint}, or pip install ziglang"
            raise EnvironmentError_(error.what, hint=hint) from None
        return Compiler((zig, "cc"), ZIG_TOOLCHAIN)


def find_zig() -> str | None:
    """Path of zig: on PATH, or where pip put it, which is beside this Python and named python-zig."""
    beside = str(Path(sys.executable).parent)  # not on PATH in a virtual environment not activated
    on_path = shutil.which("zig") or shutil.which("python-zig")
    return on_path or shutil.which("python-zig", path=beside)


def compile_project(
    project: Path, board: Board, tflm: Path | None = None, on_progress: OnProgress = no_progress
) -> BuildResult:
    """Configures and builds `project` into project/build; the compiler's words are in the error.

    `tflm`: a TFLite Micro (headers and library) for engine `tflm`.
    """
    compiler = find_compiler(board)
    cmake = require("cmake", board)
    build = project / "build"
    own = [f"-DTFLM_DIR={tflm.resolve().as_posix()}"] if tflm is not None else []
    if compiler.toolchain_file:
        own += [f"-DCMAKE_TOOLCHAIN_FILE={compiler.toolchain_file}", f"-DZIG={compiler.command[0]}"]
    own += CMAKE_GENERATOR
    configure(
        [cmake, "-S", str(project), "-B", str(build), "-DCMAKE_BUILD_TYPE=", *own],
        project,
        compiler,
    )
    run_build(
        [cmake, "--build", str(build), "--parallel", str(os.cpu_count() or 1)], project, on_progress
    )
    return describe_image(build / "firmware.elf", project, compiler)


def configure(command: list[str], project: Path, compiler: Compiler) -> None:
    """Runs CMake where nothing is configured yet, or something else was: another compiler or folder."""
    build = project / "build"
    flags = [f"{name}={os.environ.get(name, '')}" for name in ENVIRONMENT]
    given = [path.read_text(encoding="utf-8") for path in sorted(project.glob("toolchain*.cmake"))]
    folder = str(project.resolve())
    made_by = [*command, folder, *compiler.command, compiler.version(), *flags, *given]
    stamp = build / "configured.json"
    text = json.dumps(made_by, indent=2) + "\n"
    cache = build / "CMakeCache.txt"
    if cache.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == text:
        return
    # What `cmake --fresh` (3.24) does: they would keep compiler and folder of before.
    stamp.unlink(missing_ok=True)
    cache.unlink(missing_ok=True)
    shutil.rmtree(build / "CMakeFiles", ignore_errors=True)
    run_build(command, project)
    stamp.write_text(text, encoding="utf-8")


def describe_image(elf: Path, project: Path, compiler: Compiler) -> BuildResult:
    """What was linked, also written to project/build/build.json, where `mcugen run` finds it."""
    result = BuildResult(elf, compiler.version(), read_sections(elf))
    facts = image_facts(result, project / "build")
    (project / "build" / "build.json").write_text(
        json.dumps(facts, indent=2) + "\n", encoding="utf-8"
    )
    return result


def find_image(project: Path, firmware_sha256: str) -> Path:
    """The newest .elf below project/build that holds this firmware, whoever built it.

    One that was built before the project was generated anew does not count. EnvironmentError_
    without one.
    """
    images = sorted((project / "build").rglob("*.elf"), key=lambda path: path.stat().st_mtime)
    # HELLO answers the hash, so it is in the image as text.
    current = [path for path in images if firmware_sha256.encode() in path.read_bytes()]
    if not current:
        found = (
            f"{images[-1]} is of an earlier build"
            if images
            else f"no .elf is below {project / 'build'}"
        )
        raise EnvironmentError_(
            f"{project} was not compiled: {found}",
            hint="run `mcugen build` again; its output and the project's README.md say what it needs",
        )
    return current[-1]


def run_build(command: list[str], project: Path, on_progress: OnProgress = no_progress) -> None:
    """Runs one step of a build of `project`; its first error is in ours, its words in build.log.

    Progress is what Make (`[ 12%]`) and Ninja (`[3/60]`) print of theirs.
    """
    lines: list[str] = []
    began = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        overdue = threading.Timer(COMPILE_TIMEOUT_S, process.kill)
        overdue.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if step := _STEP.match(line):
                    on_progress("compiling", int(step[1]) / int(step[2] or 100))
        except BaseException:
            process.kill()
            raise
        finally:
            overdue.cancel()
    if time.monotonic() - began >= COMPILE_TIMEOUT_S:
        raise EnvironmentError_(f"{command[0]} did not finish in {COMPILE_TIMEOUT_S:.0f} s")
    if process.returncode != 0:
        log = project / "build" / "build.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text("".join(lines), encoding="utf-8")
        raise McugenError(
            f"the generated project does not compile: {_first_error(lines)}",
            hint=f"a bug of mcugen, of the board's files or of the toolchain; the whole output is in {log}",
        )


_STEP = re.compile(r"\[ *(\d+)(?:%|/(\d+))\]")
_ERROR = re.compile(
    r"\berror\b|undefined reference|\bld: (?!warning|.*in function )", re.IGNORECASE
)


def _first_error(output: list[str]) -> str:
    lines = (line for line in output if _ERROR.search(line))
    return next(lines, "no error message in the output").strip()


def image_facts(result: BuildResult, build: Path) -> dict[str, Any]:
    """What build.json says of an image in the folder `build` of its project."""
    return {
        "schema": 1,
        "elf": result.elf.relative_to(build).as_posix(),
        "compiler": result.compiler,
        "flash_bytes": result.flash_bytes,
        "ram_bytes": result.ram_bytes,
        "sections": [asdict(section) for section in result.sections],
    }
