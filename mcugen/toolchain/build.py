# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles a generated CMake project and says what came out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import EnvironmentError_, McugenError
from mcugen.toolchain.size import Section, read_sections

TIMEOUT_S = 600.0


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


def compile_project(project: Path, board: Board, tflm: Path | None = None) -> BuildResult:
    """Configures and builds `project` into project/build; the compiler's words are in the error.

    `tflm`: a TFLite Micro (headers and library) for engine `tflm`.
    """
    require(f"{board.compiler_prefix}gcc", board)
    cmake = require("cmake", board)
    build = project / "build"
    own = [f"-DTFLM_DIR={tflm.resolve()}"] if tflm is not None else []
    _run([cmake, "-S", str(project), "-B", str(build), "-DCMAKE_BUILD_TYPE=", *own], project)
    _run([cmake, "--build", str(build), "--parallel", str(os.cpu_count() or 1)], project)
    return describe_image(build / "firmware.elf", project, board)


def describe_image(elf: Path, project: Path, board: Board) -> BuildResult:
    """What was linked, also written to project/build/build.json, where `mcugen run` finds it."""
    compiler = require(f"{board.compiler_prefix}gcc", board)
    readelf = require(f"{board.compiler_prefix}readelf", board)
    version = subprocess.run(
        [compiler, "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    result = BuildResult(elf, version.stdout.splitlines()[0], read_sections(elf, readelf))
    _write_facts(result, project / "build" / "build.json")
    return result


def find_image(project: Path) -> Path:
    """The newest .elf below project/build, whoever built it; EnvironmentError_ without one."""
    images = sorted((project / "build").rglob("*.elf"), key=lambda path: path.stat().st_mtime)
    if not images:
        raise EnvironmentError_(
            f"{project} was not compiled: there is no .elf below {project / 'build'}",
            hint="run `mcugen build` again, without --no-compile; its output and the project's "
            "README.md say what it needs",
        )
    return images[-1]


def _run(command: list[str], project: Path) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise EnvironmentError_(f"{command[0]} did not finish in {TIMEOUT_S:.0f} s") from None
    if done.returncode != 0:
        log = project / "build" / "build.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(done.stdout + done.stderr)
        raise McugenError(
            f"the generated project does not compile: {_first_error(done.stdout + done.stderr)}",
            hint=f"this is a bug of mcugen or of the toolchain; the whole output is in {log}",
        )


def _first_error(output: str) -> str:
    lines = [line for line in output.splitlines() if "error" in line.lower()]
    return lines[0].strip() if lines else "no error message in the output"


def _write_facts(result: BuildResult, path: Path) -> None:
    facts = {
        "elf": result.elf.relative_to(path.parent).as_posix(),
        "compiler": result.compiler,
        "flash_bytes": result.flash_bytes,
        "ram_bytes": result.ram_bytes,
        "sections": [asdict(section) for section in result.sections],
    }
    path.write_text(json.dumps(facts, indent=2) + "\n")
