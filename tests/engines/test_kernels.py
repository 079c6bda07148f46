# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Unit tests of runtime/kernels/ in C: the same program on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mcugen.paths import runtime_dir
from tests.conftest import ROOT, require_tool
from tests.engines.c_engine import ARM_FLAGS, compile_driver, run_program

UNIT = ROOT / "firmware_tests" / "unit"


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("source", sorted(UNIT.glob("test_kernels*.c")), ids=lambda p: p.stem)
def test_unit(source: Path, on: str, tmp_path: Path) -> None:
    command = compile_driver([source], [runtime_dir()], tmp_path, on=on)
    assert run_program(command, tmp_path, b"") == b""


# Kernels whose rows may end within a word copy that rest with a call.
ENDS_WITHIN_A_WORD = ("add_dsp", "lstm_dsp", "maximum_dsp", "mul_dsp")


@pytest.mark.parametrize(
    "kernel", sorted(runtime_dir().glob("kernels/*_dsp.c")), ids=lambda p: p.stem
)
def test_a_word_is_loaded_without_a_call_in_projects_of_vendors(
    kernel: Path, tmp_path: Path
) -> None:
    """The MCUXpresso SDK compiles with -fno-builtin, Efinix's platform with -ffreestanding."""
    compiler, lister = require_tool("arm-none-eabi-gcc"), require_tool("arm-none-eabi-nm")
    target = str(tmp_path / "kernel.o")
    flags = [*ARM_FLAGS, "-O2", "-fno-builtin", f"-I{runtime_dir()}"]
    subprocess.run([compiler, *flags, "-c", str(kernel), "-o", target], check=True)
    names = subprocess.run([lister, "-u", target], check=True, capture_output=True, text=True)
    calls = "memcpy" in names.stdout.split()
    assert calls == (kernel.stem in ENDS_WITHIN_A_WORD)
