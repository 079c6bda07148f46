# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The chip with its image: Unicorn's core, the registers, the console, and what went wrong."""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass, field
from typing import Any

import unicorn
from unicorn import arm_const as arm

from mcugen.emulator import helper
from mcugen.emulator.chip import Chip, EmulatorData
from mcugen.emulator.faults import KEPT, exception_name, fault_text, what_is_at
from mcugen.emulator.image import FirmwareImage
from mcugen.emulator.registers import Registers
from mcugen.errors import ConfigError

PERIPHERALS = (0x40000000, 0x200000)
PRIVATE_BUS = (0xE0000000, 0x100000)
SCRATCH = 0x7FFFF000  # for an instruction of our own: core.h has the same
SLICE_INSTRUCTIONS = 2_000_000
LAST_WORDS_INSTRUCTIONS = 200_000_000
"""After a fault the firmware may report it; then the run ends."""
BAUD_TOLERANCE = 0.03
UNKNOWN_HZ = 100e6  # where the registers name no clock of the core
RING_BYTES = 1 << 16

_REGISTERS = (
    *(f"R{i}" for i in range(4)),
    *"R12 LR PC SP XPSR CONTROL PRIMASK BASEPRI FAULTMASK".split(),
    "FPSCR",
    *(f"R{i}" for i in range(4, 12)),
    *(f"S{i}" for i in range(32)),
)


@dataclass(slots=True)
class Findings:
    """What went wrong, as sentences; `ends` once the run cannot go on."""

    sentences: list[str] = field(default_factory=list)
    ends: bool = False


class EmulatedChip:
    """One run of an image. `advance` runs until something is to be done."""

    def __init__(
        self, chip: Chip, data: EmulatorData, image: FirmwareImage, seed: int, line_baud: int
    ) -> None:
        self.chip, self.image, self.line_baud = chip, image, line_baud
        self.findings = Findings()
        self.run_s = 0.0  # by the core's clock, where an instruction passes for a cycle
        self._uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self._uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M33)
        self._library = ctypes.CDLL(unicorn.unicorn_py3.unicorn.uclib._name)
        self._core = helper.load_core(unicorn.unicorn_py3.unicorn.uclib._name)
        self._is_on: dict[str, bool] = {}
        self.state: Any = None  # until the core is open
        self._power_on = self._map_memories(seed)
        self.registers = Registers(chip, self._now, self._find)
        for name in data.set_by_boot_rom:
            self.registers.set_field(name, 1)
        self._clock_memories()
        self.state = self._open()
        self._add_hooks()
        self._fault_at: int | None = None
        self._set_rate()

    # ---- setup ----

    def _map_memories(self, seed: int) -> dict[str, bytes]:
        """Flash is erased, RAM random: what RAM held at power-on, by memory."""
        content = random.Random(seed)
        power_on = {}
        for memory in self.chip.memories:
            self._uc.mem_map(memory.base, memory.bytes)
            if memory.access == "rx":
                self._uc.mem_write(memory.base, b"\xff" * memory.bytes)
                self._uc.mem_protect(
                    memory.base, memory.bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
                )
            else:
                power_on[memory.name] = content.randbytes(memory.bytes)
                self._uc.mem_write(memory.base, power_on[memory.name])
        self._uc.mem_map(SCRATCH, 0x1000)
        for address, segment in self.image.segments:
            try:
                self._uc.mem_write(address, segment)
            except unicorn.UcError:
                raise ConfigError(
                    f"the image has {len(segment)} bytes at {address:#010x}, where {self.chip.name} "
                    "has no memory",
                    hint="the board's chip.toml describes another chip, or not all of this one",
                ) from None
        return power_on

    def _clock_memories(self) -> None:
        for memory in self.chip.memories:
            on = memory.clock is None or bool(self.registers.value(memory.clock))
            if self._is_on.get(memory.name) is on:
                continue
            self._is_on[memory.name] = on
            self._core.emu_memory(memory.base, memory.bytes, on)
            if memory.access != "rx":
                rights = unicorn.UC_PROT_ALL if on else unicorn.UC_PROT_NONE
                self._uc.mem_protect(memory.base, memory.bytes, rights)

    def _open(self) -> Any:
        numbers = [getattr(arm, f"UC_ARM_REG_{name}") for name in _REGISTERS]
        uart = self.chip.uart
        base = next(p.base for p in self.chip.peripherals if p.name == uart.peripheral)
        self._callbacks = (helper.READ(self._read), helper.WRITE(self._write))  # kept alive
        return self._core.emu_open(
            self._uc._uch,
            (ctypes.c_int * len(numbers))(*numbers),
            ctypes.c_uint32(self.chip.vectors),
            ctypes.c_uint32(base),
            ctypes.c_uint32(uart.irq),
            *self._callbacks,
        ).contents

    def _add_hooks(self) -> None:
        """Straight from C to C: Python would take a microsecond for every block of instructions."""
        function = {
            name: ctypes.cast(getattr(self._core, f"emu_{name}"), ctypes.c_void_p)
            for name in "read write ppb_read ppb_write block event bad_access".split()
        }
        for area, read, write in (
            (PERIPHERALS, "read", "write"),
            (PRIVATE_BUS, "ppb_read", "ppb_write"),
        ):
            base, size = (ctypes.c_uint64(area[0]), ctypes.c_size_t(area[1]))
            self._check(
                self._library.uc_mmio_map(
                    self._uc._uch, base, size, function[read], None, function[write], None
                )
            )
        for kind, name in (
            (unicorn.UC_HOOK_BLOCK, "block"),
            (unicorn.UC_HOOK_INTR, "event"),
            (unicorn.UC_HOOK_MEM_INVALID, "bad_access"),
        ):
            handle = ctypes.c_size_t()
            everywhere = (ctypes.c_uint64(1), ctypes.c_uint64(0))
            self._check(
                self._library.uc_hook_add(
                    self._uc._uch, ctypes.byref(handle), kind, function[name], None, *everywhere
                )
            )
        main = self.image.address_of("main")
        if main is not None:
            self._uc.hook_add(unicorn.UC_HOOK_CODE, self._at_main, begin=main, end=main)

    @staticmethod
    def _check(error: int) -> None:
        if error:
            raise RuntimeError(f"unicorn: error {error}")

    # ---- called by the core ----

    def _now(self) -> int:
        return int(self.state.instructions + self.state.slept) if self.state else 0

    @property
    def place(self) -> str:
        """Where the core is: the block of instructions that it runs."""
        return self.image.place(self._uc.reg_read(arm.UC_ARM_REG_PC))

    def _find(self, sentence: str) -> None:
        if not self.findings.ends:
            self.findings.sentences.append(f"{sentence}, near {self.place}")
            self.findings.ends = True
        self._core.emu_ask()

    def _read(self, _engine: Any, address: int, size: int, _user: Any) -> int:
        return self.registers.read(address, size)

    def _write(self, _engine: Any, address: int, size: int, value: int, _user: Any) -> None:
        self.registers.write(address, size, value)
        self._clock_memories()
        self._set_rate()
        if self.registers.name_of(address) == f"{self.chip.uart.peripheral}.DATA":
            self.state.uart_is_known = self._check_console("TE", "transmitter")

    def _at_main(self, *_: Any) -> None:
        """Start-up code is done: nothing of .data and .bss may still be what RAM held at power-on."""
        for section in self.image.variables:
            memory = next(
                m for m in self.chip.memories if m.base <= section.address < m.base + m.bytes
            )
            start = section.address - memory.base
            before = self._power_on[memory.name][start : start + section.bytes]
            now = bytes(self._uc.mem_read(section.address, section.bytes))
            words = range(0, section.bytes - 3, 4)
            same = sum(before[at : at + 4] == now[at : at + 4] for at in words)
            if 2 * same > len(words):
                self._find(
                    f"main begins while {section.name} holds what RAM held at power-on "
                    f"({4 * same} of {section.bytes} bytes): start-up code does not set it up"
                )

    # ---- the console ----

    def _set_rate(self) -> None:
        baud = self.registers.value(self.chip.uart.baud)
        hz = self.registers.core_hz
        self.state.ticks_per_byte = max(1, round(10 * hz / baud)) if baud and hz else 1

    def _check_console(self, enable: str, part: str) -> bool:
        """Whether bytes pass the console's pins, clocks and rate."""
        uart = self.chip.uart
        if not self.registers.check(uart.needs):
            return False
        if not self.registers.value_of(f"{uart.peripheral}.CTRL.{enable}"):
            self._find(f"{uart.peripheral} has its {part} off (CTRL.{enable})")
            return False
        baud = self.registers.value(uart.baud)
        if abs(baud / self.line_baud - 1) > BAUD_TOLERANCE:
            self._find(f"{uart.peripheral} runs at {baud:.0f} baud, the host at {self.line_baud}")
            return False
        return True

    @property
    def room_bytes(self) -> int:
        """How many bytes `feed` takes now."""
        return RING_BYTES - int(self.state.ring_bytes)

    def feed(self, data: bytes) -> None:
        """Bytes of the host, which arrive one by one at the line's rate."""
        if self._check_console("RE", "receiver"):
            self._core.emu_feed(data, len(data))

    def take(self) -> bytes:
        """What the firmware has sent."""
        buffer = (ctypes.c_uint8 * RING_BYTES)()
        return bytes(buffer[: self._core.emu_take(buffer)])

    # ---- running ----

    def disturb(self, mean: int) -> None:
        """Interrupts that nobody needs, between instructions that are about `mean` apart."""
        self._core.emu_disturb(mean)

    def advance(self) -> bool:
        """Runs for a while; True when the core sleeps until the host sends something."""
        before, hz = self._now(), self.registers.core_hz or UNKNOWN_HZ
        reason = self._core.emu_run(SLICE_INSTRUCTIONS)
        self.run_s += (self._now() - before) / hz
        if self.state.faults:
            self._note_fault()
        if reason not in (helper.SLICE, helper.IDLE, helper.ASKED):
            self._find_stop(reason)
        if reason == helper.IDLE and self.state.fifo_bytes and not self.findings.ends:
            self._find(self._why_asleep())
        return bool(reason == helper.IDLE)

    def _note_fault(self) -> None:
        state = self.state
        if self._fault_at is None:
            self._fault_at = self._now()
            address = what_is_at(state.fault_address, self.chip.memories, self._is_on)
            self.findings.sentences.append(
                fault_text(state.fault_cfsr, address, state.fault_pc, state.fault_lr, self.image)
            )
        elif self._now() - self._fault_at > LAST_WORDS_INSTRUCTIONS:
            self.findings.ends = True

    def _exception(self) -> str:
        uart = self.chip.uart
        return exception_name(self.state.value, uart.irq, uart.irq_name)

    def _find_stop(self, reason: int) -> None:
        state, uart = self.state, self.chip.uart
        name = exception_name(state.exception, uart.irq, uart.irq_name)
        if reason == helper.SPINS:
            inside = f" in the handler of {self._exception()}" if state.value else ""
            self._find(f"an endless loop{inside}")
        elif reason == helper.UNCLOCKED_STACK:
            where = what_is_at(state.address, self.chip.memories, self._is_on)
            self._find(f"the frame of {self._exception()} cannot be pushed to {where}")
        elif reason == helper.LOST_REGISTERS:
            self._find(f"the handler of {self._exception()} changed {KEPT[state.address]}")
        elif reason == helper.LOCKUP:
            self._find(f"the vector of {name} is {state.address:#010x}, where no code is")
        else:
            self._find(f"the core stopped (event {state.address:#x}, {state.value:#x})")

    def _why_asleep(self) -> str:
        uart, state = self.chip.uart, self.state
        what = f"the core sleeps while {state.fifo_bytes} bytes wait in {uart.peripheral}: "
        if not self.registers.value_of(f"{uart.peripheral}.CTRL.RIE"):
            return what + "its receive interrupt is off (CTRL.RIE)"
        if not state.irq_is_enabled:
            return what + f"interrupt {uart.irq} ({uart.irq_name}) is not enabled in the NVIC"
        return what + "the firmware does not take them"
