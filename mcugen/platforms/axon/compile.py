# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Runs Nordic's Axon compiler executor on a project's workspace, where the user has it installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from mcugen.errors import EnvironmentError_, McugenError
from mcugen.platforms.axon.workspace import FOLDER
from mcugen.system import run_text

EXECUTOR = Path("tools/axon/compiler/scripts/axons_ml_nn_compiler_executor.py")
PYTHON_VARIABLE = "AXON_PYTHON"
COMPILE_TIMEOUT_S = 1800.0


def find_executor(sdk: Path) -> Path:
    """The executor in the nRF Edge AI Add-on; EnvironmentError_ when `sdk` is not one."""
    for folder in (sdk, sdk / "sdk-edge-ai"):
        if (folder / EXECUTOR).is_file():
            return (folder / EXECUTOR).resolve()
    raise EnvironmentError_(
        f"{sdk} is not an nRF Edge AI Add-on: it holds no {EXECUTOR}",
        hint="pass the folder sdk-edge-ai of its west workspace with --axon-sdk",
    )


def compile_workspace(project: Path, sdk: Path) -> Path:
    """The header that the executor makes of project/axon; its last words are in the error.

    The executor runs in the Python that AXON_PYTHON names, else `python3`: it wants packages of its own.
    """
    executor = find_executor(sdk)
    (yaml,) = sorted((project / FOLDER).glob("*_input.yaml"))
    name = os.environ.get(PYTHON_VARIABLE, "python3")
    python = shutil.which(name)
    if python is None:
        raise EnvironmentError_(f"{name} is not installed", hint=f"set {PYTHON_VARIABLE}")
    command = [python, str(executor), str(yaml.resolve())]
    try:
        done = run_text(command, COMPILE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise EnvironmentError_(
            f"the executor did not finish in {COMPILE_TIMEOUT_S:.0f} s"
        ) from None
    header = yaml.parent / "outputs" / f"nrf_axon_model_{yaml.name.removesuffix('_input.yaml')}_.h"
    if done.returncode == 0 and header.is_file():
        return header
    log = yaml.parent / "executor.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    packages = executor.parent / "requirements.txt"
    missing = "No module named" in done.stdout + done.stderr
    raise McugenError(
        f"Nordic's executor ended with status {done.returncode} and left no {header.name}",
        hint=f"its Python needs {packages}; set {PYTHON_VARIABLE}"
        if missing
        else f"its output is in {log}",
    )
