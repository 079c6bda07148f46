# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The port of the MCX N947 without its SDK: stand-ins of registers and drivers on an emulated core."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.boards import find_board
from tests.c_program import FIRMWARE_TESTS, compile_for_board, run_until_fatal

BOARD = find_board("mcxn947")


def _of_variant(source: Path, variant: str, folder: Path) -> Path:
    """The source with the macro that the project's CMakeLists.txt defines."""
    wrapped = folder / source.name
    wrapped.write_text(f'#define MCUGEN_VARIANT_{variant}\n#include "{source}"\n')
    return wrapped


@pytest.mark.parametrize("variant", BOARD.extra["mcuxpresso"]["variants"])
def test_port(tmp_path: Path, variant: str) -> None:
    """All of the board's C compiles with every warning an error, and does what it says.

    In the end the program overflows its stack for real, and the port tells it.
    """
    test = FIRMWARE_TESTS / "unit" / "test_port_mcxn947.c"
    others = [BOARD.files[source] for source in BOARD.sources if source != "port.c"]
    sources = [_of_variant(source, variant, tmp_path) for source in (test, *others)]
    folders = (BOARD.folder, FIRMWARE_TESTS / "fake", FIRMWARE_TESTS / "fake" / "mcux_sdk")
    lines = run_until_fatal(compile_for_board(sources, tmp_path, folders))
    assert any(" 0 failed" in line for line in lines), "".join(lines)
    assert "mcugen fatal: fault, stack overflow cfsr=00100000" in lines[-1]
