# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Emulated cores without DSP instructions (Cortex-M3) and with Helium (Cortex-M55): the same integers as
TFLite Micro."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.cli import main
from tests.conftest import require_tool
from tests.engines.passes.planted import planted_network


def mcugen(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, words


@pytest.mark.parametrize("board", ["mps2-an385", "mps3-an547"])
def test_convolutions_equal_the_reference(
    board: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_tool("arm-none-eabi-gcc")
    require_tool("qemu-system-arm")
    model = tmp_path / "planted.tflite"
    model.write_bytes(planted_network(0))
    mcugen("build", model, "--board", board, "--out", tmp_path / "project")
    mcugen("verify", tmp_path / "project")
    assert "bit-exact" in capsys.readouterr().out
