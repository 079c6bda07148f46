# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""chip.toml -> Chip: memories, registers and rules of a chip as data, and [emulator] of a board.toml."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.emulator.expression import names, parse
from mcugen.errors import ConfigError, unknown
from mcugen.strict_toml import TomlTable, read_toml

CORES = ("cortex-m33",)
PERIPHERAL_BYTES = 0x1000
CORE_HZ = "core_hz"


@dataclass(frozen=True, slots=True)
class Memory:
    """`access`: "rwx" or "rx". Without `clock` (an expression) it is always on."""

    name: str
    base: int
    bytes: int
    access: str
    clock: ast.expr | None
    clock_text: str


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its address, reset value, and where ones set and clear its bits (0: nowhere)."""

    name: str  # PERIPHERAL.REGISTER
    address: int
    reset: int
    set: int
    clear: int
    read_only: int  # mask
    reads_zero: int  # mask of bits that act when they are written
    fields: Mapping[str, tuple[int, int]]  # name -> lowest bit, width


@dataclass(frozen=True, slots=True)
class Peripheral:
    """4 KiB of registers; both expressions may be missing."""

    name: str
    base: int
    clock: ast.expr | None
    clock_text: str
    held_in_reset: ast.expr | None


@dataclass(frozen=True, slots=True)
class LateValue:
    """A field that reads the value of an expression, `after` instructions late."""

    field: str
    value: ast.expr
    after: int = 0


@dataclass(frozen=True, slots=True)
class Busy:
    """A field that reads 1 for some instructions after a register was changed."""

    field: str
    while_changed: str
    instructions: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`need` must hold while `when` does; else `says` names the fault."""

    when: ast.expr
    need: ast.expr
    says: str


@dataclass(frozen=True, slots=True)
class Uart:
    """The console: an LPUART of NXP's."""

    peripheral: str
    irq: int
    irq_name: str
    baud: ast.expr
    needs: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """All that the emulator knows of a chip."""

    name: str
    vectors: int
    memories: tuple[Memory, ...]
    peripherals: tuple[Peripheral, ...]
    registers: tuple[Register, ...]
    answers: tuple[LateValue, ...]
    busy: tuple[Busy, ...]
    core_hz: ast.expr
    core_divider: ast.expr
    rules: tuple[Rule, ...]
    uart: Uart


@dataclass(frozen=True, slots=True)
class EmulatorData:
    """[emulator] of a board.toml: the chip's file, and fields that the boot ROM is taken to have set."""

    chip: Path
    set_by_boot_rom: tuple[str, ...]


def read_emulator_data(board: Board) -> EmulatorData:
    """[emulator] of the board, its chip read and checked; ConfigError for a board that has none."""
    if "emulator" not in board.extra:
        hint = "`mcugen run` starts its emulator by itself" if board.run_command else ""
        raise ConfigError(f"board {board.name!r} has no model for --emulate", hint=hint)
    table = board.table("emulator")
    name = table.text("chip")
    data = EmulatorData(_chip_file(board, name, table), table.texts("set_by_boot_rom", ()))
    table.finish()
    chip = read_chip(data.chip)
    known = _fields(chip.registers)
    for name in data.set_by_boot_rom:
        if name not in known:
            raise unknown(f"{table.where}: field in set_by_boot_rom", name, known)
    return data


def _chip_file(board: Board, name: str, table: TomlTable) -> Path:
    """The board's own file of that name, or the one it shares."""
    for path in (board.folder / name, *board.shares):
        if path.name == name and path.is_file():
            return path.resolve()
    raise table.wrong("chip", "the name of a file in this folder or in shares")


def read_chip(path: Path) -> Chip:
    """The chip described by `path`; ConfigError names the key or the expression at fault."""
    top = read_toml(path)
    top.choice("core", CORES)
    registers: list[Register] = []
    peripherals = []
    for name, table in top.named_tables("peripherals").items():
        base = table.integer("base")
        peripherals.append(
            Peripheral(
                name,
                base,
                _optional(table, "clock"),
                table.text("clock", ""),
                _optional(table, "held_in_reset"),
            )
        )
        for own, row in table.named_tables("registers").items():
            registers.append(_register(f"{name}.{own}", base, row))
        table.finish()
    core_hz = top.table("core_hz")
    chip = Chip(
        name=top.text("name"),
        vectors=top.integer("vectors"),
        memories=tuple(_memory(name, t) for name, t in top.named_tables("memories").items()),
        peripherals=tuple(peripherals),
        registers=tuple(registers),
        answers=tuple(
            table.read(LateValue, value=_expression(table, "value"))
            for table in top.tables("answers")
        ),
        busy=tuple(table.read(Busy) for table in top.tables("busy")),
        core_hz=_expression(core_hz, "value"),
        core_divider=_expression(core_hz, "divided_by"),
        rules=tuple(_rule(table) for table in top.tables("rules")),
        uart=_uart(top.table("uart")),
    )
    core_hz.finish()
    top.finish()
    _check_names(chip, path)
    return chip


def _expression(table: TomlTable, key: str) -> ast.expr:
    return parse(table.text(key), f"{table.where}: {key}")


def _optional(table: TomlTable, key: str) -> ast.expr | None:
    return _expression(table, key) if key in table else None


def _memory(name: str, table: TomlTable) -> Memory:
    return table.read(
        Memory,
        name=name,
        bytes=table.integer("bytes", low=1),
        access=table.choice("access", ("rwx", "rx"), "rwx"),
        clock=_optional(table, "clock"),
        clock_text=table.text("clock", ""),
    )


def _register(name: str, base: int, table: TomlTable) -> Register:
    def at(key: str) -> int:
        return base + table.integer(key) if key in table else 0

    register = Register(
        name,
        base + table.integer("offset"),
        table.integer("reset", 0),
        at("set"),
        at("clear"),
        table.integer("read_only", 0),
        table.integer("reads_zero", 0),
        {field: _bits(name, field, bits) for field, bits in table.mapping("fields").items()},
    )
    table.finish()
    return register


def _bits(register: str, field: str, bits: object) -> tuple[int, int]:
    if type(bits) is int and 0 <= bits < 32:
        return bits, 1
    match bits:
        case [int(low), int(width)] if low >= 0 and width > 0 and low + width <= 32:
            return low, width
    raise ConfigError(f"{register}.{field} must be a bit or [lowest bit, width], not {bits!r}")


def _rule(table: TomlTable) -> Rule:
    when = _optional(table, "when") or ast.Constant(1)
    return table.read(Rule, when=when, need=_expression(table, "need"))


def _uart(table: TomlTable) -> Uart:
    table.choice("kind", ("lpuart",))
    needs = tuple(_rule(row) for row in table.tables("needs"))
    return table.read(Uart, baud=_expression(table, "baud"), needs=needs)


def _fields(registers: tuple[Register, ...]) -> set[str]:
    return {f"{register.name}.{field}" for register in registers for field in register.fields}


def _check_names(chip: Chip, path: Path) -> None:
    """Every field that an expression or a row names exists."""
    known = _fields(chip.registers) | {register.name for register in chip.registers} | {CORE_HZ}
    trees: list[ast.expr | None] = [chip.core_hz, chip.core_divider, chip.uart.baud]
    trees += [each for rule in (*chip.rules, *chip.uart.needs) for each in (rule.when, rule.need)]
    trees += [answer.value for answer in chip.answers]
    trees += [memory.clock for memory in chip.memories]
    trees += [each for p in chip.peripherals for each in (p.clock, p.held_in_reset)]
    used = [name for tree in trees if tree is not None for name in names(tree)]
    used += [answer.field for answer in chip.answers]
    used += [name for busy in chip.busy for name in (busy.field, busy.while_changed)]
    for name in used:
        if name not in known:
            raise unknown(f"{path}: field", name, known)
    if chip.uart.peripheral not in {each.name for each in chip.peripherals}:
        raise unknown(f"{path} [uart]: peripheral", chip.uart.peripheral, [])
