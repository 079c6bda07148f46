# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles an MCUXpresso project: with the user's SDK whole, without one as far as it goes."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import EnvironmentError_, McugenError
from mcugen.platforms.cmake.project import WARNINGS
from mcugen.platforms.mcuxpresso.project import SdkBoard, read_sdk_board, sdk_compile_flags
from mcugen.progress import OnProgress, no_progress
from mcugen.system import run_text
from mcugen.toolchain.build import BuildResult, Compiler, describe_image, require

COMPILE_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Region:
    """One memory of the linker script, as the linker counted it."""

    name: str
    used_bytes: int
    given_bytes: int


@dataclass(frozen=True, slots=True)
class SdkBuild:
    """An image linked against the user's SDK."""

    result: BuildResult
    regions: tuple[Region, ...]
    note: str = ""  # what is odd about the SDK's release


@dataclass(frozen=True, slots=True)
class PartialBuild:
    """Without an SDK: the sources that compiled, and those that wait for its headers."""

    compiled: tuple[str, ...]
    left: tuple[str, ...]


def find_sdk(given: Path | None, variable: str) -> Path | None:
    """The folder mcuxsdk: `given` may be it or hold it, `variable` (SdkRootDirPath) holds it.

    None when neither names one; EnvironmentError_ when what is named is no SDK.
    """
    root = given or (Path(variable) if variable else None)
    if root is None:
        return None
    for folder in (root, root / "mcuxsdk"):
        if (folder / "cmake" / "extension" / "mcux.cmake").is_file():
            return folder.resolve()
    raise EnvironmentError_(
        f"{root} is not an MCUXpresso SDK: it holds no cmake/extension/mcux.cmake",
        hint="pass the folder mcuxsdk of a west workspace with --sdk",
    )


def sdk_version(mcuxsdk: Path) -> str:
    """`25.12` from the SDK's file MCUX_VERSION; empty when there is none."""
    try:
        text = (mcuxsdk / "MCUX_VERSION").read_text(encoding="utf-8")
    except OSError:
        return ""
    year = re.search(r"CURRENT_YEAR\s*=\s*(\d+)", text)
    major = re.search(r"VERSION_MAJOR\s*=\s*(\d+)", text)
    return f"{year[1]}.{major[1]}" if year and major else ""


def check_sdk_version(sdk: Path, data: SdkBoard) -> str:
    """A note where the SDK is newer than those that were tried, or does not say which it is; else
    empty. EnvironmentError_ for one that is too old."""
    version = sdk_version(sdk)
    tried = f"{data.sdk_oldest} to {data.sdk_newest}"
    if not version:
        return f"{sdk} does not say which release it is (MCUX_VERSION); {tried} are supported"
    if version < data.sdk_oldest:
        raise EnvironmentError_(
            f"{sdk} is MCUXpresso SDK {version}; {tried} are supported",
            hint=f"west init -m ... --mr {data.sdk_tag}, as README.md of the project says",
        )
    return f"SDK {version} is newer than {tried}" if version > data.sdk_newest else ""


def compile_with_sdk(
    project: Path, board: Board, sdk: Path, variant: str = "", config: str = "release"
) -> SdkBuild:
    """Configures and links in project/build/<config>-<variant>; the first error in the error.

    Takes the compiler that the project's presets take: below ARMGCC_DIR, else on PATH.
    """
    data = read_sdk_board(board)
    note = check_sdk_version(sdk, data)
    chosen = variant or data.default_variant
    build = project / "build" / f"{config}-{chosen}"
    compiler = _find_compiler(board)
    cmake, ninja = require("cmake", board), require("ninja", board)
    build.mkdir(parents=True, exist_ok=True)
    arguments = {
        "CMAKE_BUILD_TYPE": data.config_prefix + config,
        "CMAKE_MAKE_PROGRAM": ninja,
        "SdkRootDirPath": sdk.as_posix(),
        "board": chosen,
        "core_id": data.core,
    }
    defines = [f"-D{name}={value}" for name, value in arguments.items()]
    toolchain = {"ARMGCC_DIR": compiler.parent.parent.as_posix()}
    configure = [cmake, "-G", "Ninja", "-S", str(project), "-B", str(build), *defines]
    _run(configure, build, toolchain)
    _run([cmake, "--build", str(build), "--target", "clean"], build)
    output = _run([cmake, "--build", str(build)], build)
    elves = sorted(build.glob("*.elf"))
    if not elves:
        raise McugenError("the SDK's build left no .elf", hint=f"see {build / 'build.log'}")
    return SdkBuild(
        describe_image(elves[0], project, Compiler((str(compiler),))), parse_regions(output), note
    )


def _find_compiler(board: Board) -> Path:
    name = f"{board.compiler_prefix}gcc"
    root = os.environ.get("ARMGCC_DIR", "")
    if not root:
        return Path(require(name, board)).resolve()
    found = shutil.which(name, path=str(Path(root) / "bin"))
    if found is None:
        raise EnvironmentError_(
            f"ARMGCC_DIR={root} holds no bin/{name}",
            hint="set it to the folder above bin/ of the Arm GNU toolchain, or unset it",
        )
    return Path(found)


_REGION = re.compile(
    r"^\s*(?P<name>\w+):\s+(?P<used>\d+) (?P<used_unit>B|KB|MB|GB)\s+(?P<given>\d+) (?P<unit>B|KB|MB|GB)",
    re.M,
)
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


def parse_regions(output: str) -> tuple[Region, ...]:
    """The used regions in the table that GNU ld prints for --print-memory-usage."""
    regions = (
        Region(
            match["name"],
            int(match["used"]) * _UNITS[match["used_unit"]],
            int(match["given"]) * _UNITS[match["unit"]],
        )
        for match in _REGION.finditer(output)
    )
    return tuple(region for region in regions if region.used_bytes)


def compile_without_sdk(
    project: Path, board: Board, optimize: str, on_progress: OnProgress = no_progress
) -> PartialBuild:
    """Compiles every C source that needs no vendor header, and throws the objects away: a proof
    that the generated code is sound for the chip's core."""
    compiler = str(_find_compiler(board))
    sources = sorted(
        path.relative_to(project).as_posix()
        for folder in ("app", "front_end", "model", "runtime")
        for path in (project / folder).rglob("*.c*")
        if path.suffix in (".c", ".cc")
    )
    own = tuple(source for source in sources if source.endswith(".c"))
    left = tuple(source for source in sources if source.endswith(".cc"))
    left += tuple(f"board/{source}" for source in board.sources)
    headers = sorted({path.parent for path in project.rglob("*.h") if "build" not in path.parts})
    includes = [f"-I{folder}" for folder in headers if folder != project / "board"]
    defines = [f"-D{define}" for define in board.defines]
    flags = [*sdk_compile_flags(board, optimize), *WARNINGS, *defines, *includes]
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(own):
            on_progress(f"compiling {source}", number / len(own))
            target = str(Path(folder) / "object.o")
            _run([compiler, *flags, "-c", str(project / source), "-o", target], project / "build")
    return PartialBuild(own, left)


def _run(command: list[str], log_folder: Path, extra: Mapping[str, str] | None = None) -> str:
    """Output of a command that must succeed; the whole output in `log_folder`/build.log if not."""
    try:
        done = run_text(command, COMPILE_TIMEOUT_S, env={**os.environ, **(extra or {})})
    except subprocess.TimeoutExpired:
        raise EnvironmentError_(
            f"{command[0]} did not finish in {COMPILE_TIMEOUT_S:.0f} s"
        ) from None
    output = done.stdout + done.stderr
    if done.returncode == 0:
        return output
    log_folder.mkdir(parents=True, exist_ok=True)
    log = log_folder / "build.log"
    log.write_text(output, encoding="utf-8")
    hint = f"the rest is in {log}"
    if "No module named" in output:
        hint = "put the Python of the SDK's west workspace first on PATH (activate its environment)"
    raise McugenError(f"the project does not build: {_cause(output)}", hint=hint)


_OF_KCONFIG = re.compile(r"(?:^|kconfig\.py: )(\S*Kconfig\S*:\d+: .*|error: (?:.+\n?)+)", re.M)


def _said_by_kconfig(output: str) -> str:
    """The line that kconfig.py ended with, or the paragraph of an error that it wraps."""
    found = _OF_KCONFIG.findall(output)
    return " ".join(found[-1].split()) if found else "Kconfig failed"


_NAMES_AN_ERROR = re.compile(
    r"\b(error|undefined reference|No module named|overflowed by|will not fit in)\b", re.I
)


def _cause(output: str) -> str:
    """What failed first: the line that names an error (Kconfig wraps its own), the message of
    "CMake Error at", or, where that only says that Kconfig failed, what Kconfig said before."""
    lines = [line.strip() for line in output.splitlines()]
    for index, line in enumerate(lines):
        if line.startswith("CMake Error"):
            message = next(filter(None, lines[index + 1 :]), line)
            return _said_by_kconfig(output) if "Kconfig process" in message else message
        if line.startswith("error: "):
            return " ".join(itertools.takewhile(bool, lines[index:]))
        if _NAMES_AN_ERROR.search(line):
            return line
    return "no error message in the output"
