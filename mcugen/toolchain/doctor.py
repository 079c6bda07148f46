# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a board needs on this machine: each thing found, or how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import McugenError
from mcugen.export.mcuxpresso import SdkBoard, read_sdk_board
from mcugen.toolchain import neutron
from mcugen.toolchain.build import find_zig
from mcugen.toolchain.flash import find_program
from mcugen.toolchain.flash_data import read_flash_data
from mcugen.toolchain.ports import Port, name_ports, system_ports

SDK_VARIABLE = "SdkRootDirPath"
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


def examine(
    board: Board,
    environment: Mapping[str, str],
    ports: Callable[[], tuple[Port, ...]] = system_ports,
) -> tuple[Finding, ...]:
    """All findings for the board, in the order a first-time user meets the need."""
    findings = [
        _compiler(board, environment, "gcc"),
        _program("cmake", board),
    ]
    if board.run_command and board.run_command[0] != "{elf}":  # that is what was compiled
        findings.append(_program(board.run_command[0], board))
    if "mcuxpresso" in board.extra:
        findings.append(_program("ninja", board))
        findings += _sdk(read_sdk_board(board), environment)
        findings += _for_tflm(board, environment)
    if "flash" in board.extra:
        findings += _flash(board, ports())
    return tuple(findings)


def _compiler(
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


def _for_tflm(board: Board, environment: Mapping[str, str]) -> list[Finding]:
    """What only engine tflm, with or without the NPU, wants."""
    return [
        _compiler(board, environment, "g++", " (--engine tflm)", needed=False),
        Finding(
            f"{neutron.CONVERTER} (--accelerator npu)",
            shutil.which(neutron.CONVERTER) or "",
            neutron.INSTALL,
            needed=False,
        ),
    ]


def _program(name: str, board: Board) -> Finding:
    path = shutil.which(name)
    how = (
        f"sudo apt-get install {' '.join(board.packages)}" if board.packages else f"install {name}"
    )
    return Finding(name, path or "", how)


def _version(program: str) -> str:
    """The number in the first line of `--version`, or what it says."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return "does not start"
    first = done.stdout.partition("\n")[0]
    number = re.search(r"\d+\.\d+(\.\d+)?", first)
    return number[0] if number else first


def _sdk(sdk: SdkBoard, environment: Mapping[str, str]) -> list[Finding]:
    """The SDK and its west; without them `mcugen build` still writes the whole project."""
    get = (
        "west init -m https://github.com/nxp-mcuxpresso/mcuxsdk-manifests.git "
        f"--mr {sdk.sdk_tag} mcux; cd mcux && west update; export {SDK_VARIABLE}=$PWD"
    )
    root = environment.get(SDK_VARIABLE, "")
    version = sdk_version(Path(root) / "mcuxsdk") if root else ""
    if root and not version:
        get = f"{SDK_VARIABLE}={root} holds no folder mcuxsdk with an SDK in it; {get}"
    what = f"MCUXpresso SDK {sdk.sdk_oldest} to {sdk.sdk_newest}"
    note = "" if not version or version >= sdk.sdk_oldest else " (older than what is supported)"
    west = shutil.which("west") or ""
    return [
        Finding(what, f"{version} in {root}{note}" if version else "", get, needed=False),
        Finding("west", west, "pip install west", needed=False),
        Finding(
            "Python packages of the SDK",
            _python_with("yaml"),
            f"pip install -r ${SDK_VARIABLE}/mcuxsdk/scripts/requirements.txt",
            needed=False,
        ),
    ]


def _python_with(module: str) -> str:
    """The Python that the SDK's build takes, if it has the module; else empty."""
    python = shutil.which("python") or shutil.which("python3")
    if python is None:
        return ""
    try:
        done = subprocess.run(
            [python, "-c", f"import {module}"], capture_output=True, timeout=VERSION_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return python if done.returncode == 0 else ""


def sdk_version(mcuxsdk: Path) -> str:
    """`25.12` from the SDK's file MCUX_VERSION; empty when there is none."""
    try:
        text = (mcuxsdk / "MCUX_VERSION").read_text()
    except OSError:
        return ""
    year = re.search(r"CURRENT_YEAR\s*=\s*(\d+)", text)
    major = re.search(r"VERSION_MAJOR\s*=\s*(\d+)", text)
    return f"{year[1]}.{major[1]}" if year and major else ""


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
