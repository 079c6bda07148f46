# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The chip's registers while it runs: what they hold, what they answer, and the rules between them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from mcugen.emulator.chip import (
    CORE_HZ,
    PERIPHERAL_BYTES,
    Chip,
    LateValue,
    Peripheral,
    Register,
    Rule,
)
from mcugen.emulator.expression import evaluate

WAITS = 200_000
"""So many reads in a row of one register that answers the same: the firmware waits for ever."""


class Registers:
    """Reads and writes by address. What is wrong goes to `find`, as a sentence; `now` counts instructions."""

    def __init__(self, chip: Chip, now: Callable[[], int], find: Callable[[str], None]) -> None:
        self._chip, self._now, self._find = chip, now, find
        self._values = {register.address: register.reset for register in chip.registers}
        self._by_address = {register.address: register for register in chip.registers}
        self._by_name = {register.name: register for register in chip.registers}
        self._aliases = {r.set: (r, True) for r in chip.registers if r.set}
        self._aliases |= {r.clear: (r, False) for r in chip.registers if r.clear}
        self._peripherals = {p.base // PERIPHERAL_BYTES: p for p in chip.peripherals}
        self._shown: dict[str, int] = {}  # field of an answer -> the value that is on its way
        self._due: list[tuple[int, str, int]] = []
        self._last_read: tuple[int, int] = (0, 0)
        self._same_reads = 0
        self.unknown: Counter[int] = Counter()
        for answer in chip.answers:
            self._shown[answer.field] = int(self._field(answer.field))

    # ---- by name ----

    def value(self, tree: ast.expr) -> float:
        """Value of an expression now."""
        return evaluate(tree, self._field)

    def value_of(self, field: str) -> int:
        """Value of a field now."""
        return int(self._field(field))

    @property
    def core_hz(self) -> float:
        """The core's clock in Hz; 0 where its registers say nothing that is modelled."""
        divider = self.value(self._chip.core_divider)
        return self.value(self._chip.core_hz) / divider if divider else 0.0

    def set_field(self, name: str, value: int) -> None:
        """Sets a field without any of the effects of a write."""
        register, low, width = self._bits(name)
        mask = ((1 << width) - 1) << low
        self._values[register.address] = (
            self._values[register.address] & ~mask | value << low & mask
        )

    def _bits(self, name: str) -> tuple[Register, int, int]:
        if name in self._by_name:
            return self._by_name[name], 0, 32
        owner, _, field = name.rpartition(".")
        register = self._by_name[owner]
        return register, *register.fields[field]

    def _field(self, name: str) -> float:
        if name == CORE_HZ:
            return self.core_hz
        register, low, width = self._bits(name)
        return self._values[register.address] >> low & (1 << width) - 1

    # ---- by address ----

    def name_of(self, address: int) -> str:
        """`SCG.APLLCSR`, `ITRC+0x30`, or the plain address."""
        word = address & ~3
        if word in self._by_address:
            return self._by_address[word].name
        if word in self._aliases:
            register, is_set = self._aliases[word]
            return f"{register.name} ({'set' if is_set else 'clear'})"
        peripheral = self._peripherals.get(word // PERIPHERAL_BYTES)
        return f"{peripheral.name}+{word - peripheral.base:#x}" if peripheral else f"{word:#010x}"

    def read(self, address: int, size: int) -> int:
        """What a read answers; a register without a model gives what was last written, or 0."""
        self._check_access(address)
        self._settle()
        word = address & ~3
        if word not in self._by_address and word not in self._aliases:
            self.unknown[word] += 1
        value = self._values.get(word, 0)
        self._notice_waiting(word, value)
        return value >> 8 * (address & 3) & (1 << 8 * size) - 1

    def write(self, address: int, size: int, value: int) -> None:
        """Stores, lets follow what follows, and looks at every rule."""
        self._check_access(address)
        self._settle()
        self._same_reads = 0
        word, shift = address & ~3, 8 * (address & 3)
        if word in self._aliases:
            register, is_set = self._aliases[word]
            before = self._values[register.address]
            self._store(register.address, before | value if is_set else before & ~value)
        else:
            mask = ((1 << 8 * size) - 1) << shift
            self._store(word, self._values.get(word, 0) & ~mask | value << shift & mask)
        self._follow()
        self.check(self._chip.rules)

    def check(self, rules: tuple[Rule, ...]) -> bool:
        """False where one of the rules does not hold; `find` gets its sentence."""
        for rule in rules:
            if self.value(rule.when) and not self.value(rule.need):
                self._find(rule.says)
                return False
        return True

    def _store(self, address: int, value: int) -> None:
        register = self._by_address.get(address)
        before = self._values.get(address, 0)
        if register is not None:
            value = value & ~register.read_only | before & register.read_only
            value &= ~register.reads_zero
            for answer in self._chip.answers:  # a write does not change what the chip answers
                owner, low, width = self._bits(answer.field)
                if owner is register:
                    mask = ((1 << width) - 1) << low
                    value = value & ~mask | before & mask
            for busy in self._chip.busy:
                if busy.while_changed == register.name and value != before:
                    self.set_field(busy.field, 1)
                    self._due.append((self._now() + busy.instructions, busy.field, 0))
        self._values[address] = value

    def _follow(self) -> None:
        """Answers that change because of a write, or of another answer."""
        for answer in self._chip.answers:
            self._follow_one(answer)

    def _follow_one(self, answer: LateValue) -> None:
        value = int(self.value(answer.value))
        if value == self._shown[answer.field]:
            return
        self._shown[answer.field] = value
        self._due = [row for row in self._due if row[1] != answer.field]
        # What ends ends at once; only a beginning takes its time.
        after = answer.after if value else 0
        self._due.append((self._now() + after, answer.field, value))
        self._settle()

    def _settle(self) -> None:
        now = self._now()
        if not any(at <= now for at, _, _ in self._due):
            return
        for row in sorted(row for row in self._due if row[0] <= now):
            self._due.remove(row)
            self.set_field(row[1], row[2])
        self._follow()
        self.check(self._chip.rules)

    def _check_access(self, address: int) -> None:
        peripheral: Peripheral | None = self._peripherals.get(address // PERIPHERAL_BYTES)
        if peripheral is None:
            return
        if peripheral.clock is not None and not self.value(peripheral.clock):
            self._find(
                f"{self.name_of(address)} is accessed while {peripheral.name} has no clock "
                f"({peripheral.clock_text})"
            )
        elif peripheral.held_in_reset is not None and self.value(peripheral.held_in_reset):
            self._find(
                f"{self.name_of(address)} is accessed while {peripheral.name} is held in reset"
            )

    def _notice_waiting(self, word: int, value: int) -> None:
        same = (word, value) == self._last_read
        self._same_reads = self._same_reads + 1 if same else 0
        self._last_read = (word, value)
        if self._same_reads == WAITS:
            self._find(f"waits for ever for {self.name_of(word)}, which stays {value:#010x}")
