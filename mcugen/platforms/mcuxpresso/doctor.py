# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the MCUXpresso SDK and its engines need on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import EnvironmentError_
from mcugen.platforms.mcuxpresso.build import sdk_version
from mcugen.platforms.mcuxpresso.neutron_converter import CONVERTER, INSTALL, find_converter
from mcugen.platforms.mcuxpresso.project import SdkBoard, read_sdk_board
from mcugen.toolchain.doctor import VERSION_TIMEOUT_S, Finding, compiler_finding, program_finding

SDK_VARIABLE = "SdkRootDirPath"


def sdk_findings(board: Board, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Ninja, the SDK, its west and Python packages; what only engine tflm and the NPU want."""
    return (
        program_finding("ninja", board),
        *_sdk(read_sdk_board(board), environment),
        *_for_tflm(board, environment),
    )


def _for_tflm(board: Board, environment: Mapping[str, str]) -> list[Finding]:
    """What only engine tflm, with or without an NPU, wants."""
    compiler = compiler_finding(board, environment, "g++", " (--engine tflm)", needed=False)
    if not read_sdk_board(board).npu_target:
        return [compiler]
    what = f"{CONVERTER} (--accelerator npu)"
    try:
        found = find_converter(None)
    except EnvironmentError_:
        return [compiler, Finding(what, "", INSTALL, needed=False)]
    where = f"{found.module} of {found.program}" if found.module else str(found.program)
    return [compiler, Finding(what, where, INSTALL, needed=False)]


def _sdk(sdk: SdkBoard, environment: Mapping[str, str]) -> list[Finding]:
    """The SDK and its west; without them `mcugen build` still writes the whole project."""
    other = f" (--board {sdk.without_sdk} needs none)" if sdk.without_sdk else ""
    get = (
        f"without it no image links{other}; "
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
