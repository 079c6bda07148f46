# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An emulated Cortex-M7: the kernels for DSP instructions are of Armv7E-M, not of one core alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.boards import boards_dir
from mcugen.paths import examples_dir
from tests.conftest import require_tool
from tests.engines.passes.planted import planted_network
from tests.test_m3_board import mcugen

CHANGES = {
    'name = "mps2-an385"': 'name = "cortex-m7"',
    "isa = []": 'isa = ["dsp"]',
    '"mps2-an505/port.c"]': '"mps2-an505/port.c", "mps2-an385/mps2.h", "mps2-an385/mps2-an385.ld"]',
    '"-mcpu=cortex-m3", "-mthumb"': (
        '"-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-d16"'
    ),
    '"-machine", "mps2-an385"': '"-machine", "mps2-an500"',
}


@pytest.mark.parametrize("network", ["machine-sound", "convolutions"])
def test_a_cortex_m7_equals_the_reference(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_tool("arm-none-eabi-gcc")
    require_tool("qemu-system-arm")
    text = (boards_dir() / "mps2-an385" / "board.toml").read_text()
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "boards" / "cortex-m7").mkdir(parents=True)
    (tmp_path / "boards" / "cortex-m7" / "board.toml").write_text(text)
    model = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
    if network == "convolutions":
        model = tmp_path / "planted.tflite"
        model.write_bytes(planted_network(0))
    where = ("--board-dir", tmp_path / "boards")
    mcugen("build", model, "--board", "cortex-m7", *where, "--out", tmp_path / "project")
    mcugen("verify", tmp_path / "project", *where)
    assert "bit-exact" in capsys.readouterr().out
