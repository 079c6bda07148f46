# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a board needs on this machine: each thing found, or how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import McugenError
from mcugen.system import run_text
from mcugen.toolchain.build import find_zig
from mcugen.toolchain.flash import find_program
from mcugen.toolchain.flash_data import read_flash_data
from mcugen.toolchain.ports import Port, name_ports, system_ports

VERSION_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for. `needed` False: only some commands want it."""

    what: str
    found: str  # where or which version; empty: missing
    how: str  # how to get it
    needed: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing has to be done."""
        return bool(self.found)


Checks = Callable[[Board, Mapping[str, str]], tuple[Finding, ...]]
"""Looks for what only one platform needs, in an environment."""


def examine(
    board: Board,
    environment: Mapping[str, str],
    checks: Checks | None = None,
    ports: Callable[[], tuple[Port, ...]] = system_ports,
) -> tuple[Finding, ...]:
    """All findings for the board, in the order in which a new user needs them; `checks` are those
    of its platform."""
    findings = [
        compiler_finding(board, environment, "gcc"),
        program_finding("cmake", board),
    ]
    if board.run_command and board.run_command[0] != "{elf}":  # that is what was compiled
        findings.append(program_finding(board.run_command[0], board))
    if checks is not None:
        findings += checks(board, environment)
    if "emulator" in board.extra:
        findings.append(_emulator())
    if "flash" in board.extra:
        findings += _flash(board, ports())
    return tuple(findings)


def compiler_finding(
    board: Board, environment: Mapping[str, str], program: str, what: str = "", needed: bool = True
) -> Finding:
    """On PATH or, as the MCUXpresso SDK wants it, below ARMGCC_DIR."""
    name = f"{board.compiler_prefix}{program}"
    title = f"compiler {name}{what}"
    folder = environment.get("ARMGCC_DIR", "")
    path = shutil.which(name, path=str(Path(folder) / "bin")) if folder else shutil.which(name)
    if path is None and folder:
        return Finding(title, "", f"ARMGCC_DIR={folder} holds no bin/{name}", needed)
    if path is None and board.zig_flags and (zig := find_zig()):
        return Finding(f"{title}, or zig", zig, "", needed)
    package = f"sudo apt-get install {' '.join(board.packages)}" if board.packages else ""
    how = board.compiler_how or package or "install gcc"
    return Finding(title, f"{path} ({_version(path)})" if path else "", how, needed)


def program_finding(name: str, board: Board) -> Finding:
    """A program on PATH, or the Debian packages that bring it."""
    path = shutil.which(name)
    how = (
        f"sudo apt-get install {' '.join(board.packages)}" if board.packages else f"install {name}"
    )
    return Finding(name, path or "", how)


def _emulator() -> Finding:
    """Unicorn, which only --emulate loads."""
    try:
        found = f"unicorn {version('unicorn')}"
    except PackageNotFoundError:
        found = ""
    return Finding("emulator (--emulate)", found, "pip install 'mcugen[emulate]'", needed=False)


def _version(program: str) -> str:
    """The number in the first line of `--version`, or that line."""
    try:
        done = run_text([program, "--version"], VERSION_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return "does not start"
    first = done.stdout.partition("\n")[0]
    number = re.search(r"\d+\.\d+(\.\d+)?", first)
    return number[0] if number else first


def _flash(board: Board, ports: tuple[Port, ...]) -> list[Finding]:
    data = read_flash_data(board)
    findings = []
    for runner in data.runners.values():
        try:
            path = find_program(runner)
        except McugenError:
            path = ""
        default = runner.name == data.default_runner
        what = f"flash program {runner.program}"
        findings.append(Finding(what, path, runner.install, needed=default))
    own = [named.port for named in name_ports(ports, [board]) if named.boards]
    where = ", ".join(port.device for port in own)
    how = f"connect a data cable to {data.socket}"
    findings.append(Finding(f"{data.vcom_name} serial port", where, how))
    findings += [_access(port) for port in own]
    return findings


def _access(port: Port) -> Finding:
    """Whether this user may open the port; a COM port of Windows has no such file."""
    device = Path(port.device)
    if device.exists() and not _readable(device):
        how = "sudo usermod -aG dialout $USER, then log in again"
        return Finding(f"permission for {port.device}", "", how)
    return Finding(f"permission for {port.device}", "yes", "")


def _readable(device: Path) -> bool:
    import os

    return os.access(device, os.R_OK | os.W_OK)
