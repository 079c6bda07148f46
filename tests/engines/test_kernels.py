# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Unit tests of runtime/kernels/ in C: the same program on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.paths import runtime_dir
from tests.conftest import ROOT
from tests.engines.c_engine import compile_program, run_program

UNIT = ROOT / "firmware_tests" / "unit"


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("source", sorted(UNIT.glob("test_kernels*.c")), ids=lambda p: p.stem)
def test_unit(source: Path, on: str, tmp_path: Path) -> None:
    command = compile_program([source], [runtime_dir()], tmp_path, on=on)
    assert run_program(command, tmp_path, b"") == b""
