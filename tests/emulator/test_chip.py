# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A chip as data: what its file may hold, and what its registers answer."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mcugen.boards import find_board, load_board
from mcugen.emulator import helper
from mcugen.emulator.chip import read_chip, read_emulator_data
from mcugen.emulator.expression import evaluate, parse
from mcugen.emulator.registers import WAITS, Registers
from mcugen.errors import ConfigError
from tests.c_compiler import WARNINGS
from tests.conftest import require_tool

CHIP = find_board("mcxn947").folder / "chip.toml"
SYSCON, SCG, SPC, LPUART4 = 0x40000000, 0x40044000, 0x40045000, 0x400B4000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("A.B.C == 4 and not A.B.D", 1),
        ("1 <= A.B.C < 4", 0),
        ("10 if A.B.D else A.B.C / 8", 0.5),
        ("A.B.C / A.B.D", 0),  # of a divider that is not set
    ],
)
def test_expressions(text: str, value: float) -> None:
    assert evaluate(parse(text, "here"), {"A.B.C": 4, "A.B.D": 0}.__getitem__) == value


@pytest.mark.parametrize(
    "text", ["f(1)", "A.B +", "'x'", "[1]", "A['B']", "__import__", "1.5", "-1"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    if text == "__import__":
        assert evaluate(parse(text, "here"), lambda name: 3) == 3  # a field's name, no more
        return
    with pytest.raises(ConfigError, match="here: "):
        parse(text, "here")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SYSCON.AHBCLKCTRL0.RAMB", "SYSCON.AHBCLKCTRL0.RAMZ", "SYSCON.AHBCLKCTRL0.RAMZ"),
        ('need = "SCG.APLLCSR.LOCK"', 'need = "SCG.APLLCSR.LOKC"', "SCG.APLLCSR.LOKC"),
        ("RWSC = [0, 4]", "RWSC = [30, 4]", "FMU0.FCTRL.RWSC"),
        ('core = "cortex-m33"', 'core = "cortex-m0"', "core"),
        ("offset = 0x8, fields = { RWSC", "ofset = 0x8, fields = { RWSC", "offset"),
        ('kind = "lpuart"', 'kind = "uart"', "kind"),
        ('peripheral = "LPUART4"', 'peripheral = "LPUART5"', "LPUART5"),
        ("irq = 39", "irq = '39'", "irq"),
        ('access = "rx"', 'access = "x"', "access"),
    ],
)
def test_a_mistake_in_a_chip_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "chip.toml"
    text = CHIP.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        read_chip(path)


def test_a_mistake_in_a_board_is_named(tmp_path: Path) -> None:
    bare = find_board("mcxn947-bare")
    for old, new, said in (
        ('chip = "chip.toml"', 'chip = "ship.toml"', "ship.toml"),
        ('chip = "chip.toml"', 'chip = "chip.toml"\nset_by_boot_rom = ["SYSCON.X"]', "SYSCON.X"),
    ):
        folder = tmp_path / said / bare.name
        folder.mkdir(parents=True)
        for path in bare.folder.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        text = (folder / "board.toml").read_text()
        (folder / "board.toml").write_text(text.replace(old, new))
        with pytest.raises(ConfigError, match=said):
            read_emulator_data(load_board(folder))


class Clock:
    """Instructions, moved by the test."""

    now = 0

    def __call__(self) -> int:
        return self.now


def registers() -> tuple[Registers, Clock, list[str]]:
    clock, found = Clock(), list[str]()
    return Registers(read_chip(CHIP), clock, found.append), clock, found


def test_ones_set_and_clear() -> None:
    chip, _, found = registers()
    chip.write(SYSCON + 0x220, 4, 1 << 14)
    assert chip.read(SYSCON + 0x200, 4) == 0x603 | 1 << 14
    chip.write(SYSCON + 0x240, 4, 0x600)
    assert chip.read(SYSCON + 0x200, 4) == 3 | 1 << 14
    assert chip.read(SYSCON + 0x201, 1) == 0x40  # byte by byte as well
    assert not found


def test_an_answer_takes_its_time() -> None:
    chip, clock, found = registers()
    chip.write(SPC + 0x40, 4, 3 | 1 << 30)
    assert chip.read(SPC + 0x40, 4) >> 31 == 0
    clock.now = 50
    assert chip.read(SPC + 0x40, 4) >> 31 == 1
    chip.write(SPC + 0x40, 4, 3)
    assert chip.read(SPC + 0x40, 4) == 3  # what ends, ends at once
    assert not found


def test_a_change_of_voltage_keeps_the_controller_busy() -> None:
    chip, clock, _ = registers()
    before = chip.read(SPC + 0x100, 4)
    chip.write(SPC + 0x100, 4, before | 1 << 12)
    assert chip.read(SPC + 0x10, 4) == 1
    clock.now = 300
    assert chip.read(SPC + 0x10, 4) == 0


def test_rules_are_told_in_words() -> None:
    chip, _, found = registers()
    chip.write(SCG + 0x14, 4, 5 << 24)
    assert found == [
        "the core's clock is switched to PLL0, which is not locked (SCG APLLCSR.APLL_LOCK)"
    ]


def test_access_without_clock_and_in_reset() -> None:
    chip, _, found = registers()
    chip.read(LPUART4 + 0x14, 4)
    chip.write(SYSCON + 0x224, 4, 1 << 15)
    chip.read(LPUART4 + 0x14, 4)
    assert "LPUART4.STAT is accessed while LPUART4 has no clock" in found[0]
    assert "LPUART4.STAT is accessed while LPUART4 is held in reset" in found[1]


def test_what_has_no_model_is_counted_and_named() -> None:
    chip, _, found = registers()
    chip.write(SYSCON + 0xF00, 4, 7)
    assert (chip.read(SYSCON + 0xF00, 4), chip.read(0x40100000, 4)) == (7, 0)
    names = {chip.name_of(at): count for at, count in chip.unknown.items()}
    assert names == {"SYSCON+0xf00": 1, "0x40100000": 1}
    assert not found


def test_waiting_for_ever_is_named() -> None:
    chip, _, found = registers()
    for _ in range(WAITS + 1):
        chip.read(SCG + 0x500, 4)
    assert found == ["waits for ever for SCG.APLLCSR, which stays 0x00000000"]


def test_the_core_compiles_with_every_warning_an_error() -> None:
    compiler = require_tool("gcc")
    for source in sorted(helper.SOURCES.glob("*.c")):
        words = [compiler, *WARNINGS, "-fsyntax-only", str(source)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


def test_the_state_is_the_same_struct_in_python() -> None:
    text = (helper.SOURCES / "core.h").read_text()
    body = re.search(r"struct state \{(.*?)\n\};", text, re.S)
    assert body is not None
    plain = re.sub(r"//.*", "", body[1])
    names = [
        name.strip()
        for line in plain.split(";")
        for name in re.sub(r"\s*uint(32|64)_t", "", line).split(",")
        if name.strip()
    ]
    assert names == [name for name, _ in helper.CoreState._fields_]
