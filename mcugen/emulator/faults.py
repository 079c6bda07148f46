# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Faults and standstills as sentences: what, where, and why as far as the chip's state shows."""

from __future__ import annotations

from mcugen.emulator.chip import Memory
from mcugen.emulator.image import FirmwareImage

USAGE_FAULTS = {
    16: "an undefined instruction",
    17: "a branch to an address without the Thumb bit",
    18: "a wrong exception return",
    19: "a floating-point instruction while the FPU is off (CPACR)",
    20: "the stack went below its limit (MSPLIM)",
    24: "an unaligned access",
}
EXCEPTIONS = {
    2: "the non-maskable interrupt",
    3: "the hard fault",
    4: "the memory management fault",
    5: "the bus fault",
    6: "the usage fault",
    11: "SVC",
    14: "PendSV",
    15: "SysTick",
}
KEPT = [f"r{i}" for i in range(4, 12)] + [f"s{i}" for i in range(16, 32)]
"""What a function must keep (AAPCS), in the order of core.h."""


def exception_name(number: int, irq: int, irq_name: str) -> str:
    """`interrupt 39 (LP_FLEXCOMM4)`, `SysTick`."""
    if number < 16:
        return EXCEPTIONS.get(number, f"exception {number}")
    known = f" ({irq_name})" if number - 16 == irq else ""
    return f"interrupt {number - 16}{known}"


def what_is_at(address: int, memories: tuple[Memory, ...], is_on: dict[str, bool]) -> str:
    """Why an access to `address` fails."""
    for memory in memories:
        if memory.base <= address < memory.base + memory.bytes:
            if not is_on[memory.name]:
                return f"{address:#010x} in {memory.name}, which has no clock ({memory.clock_text})"
            if memory.access == "rx":
                return f"{address:#010x} in {memory.name}, which cannot be written"
            return f"{address:#010x} in {memory.name}"
    return f"{address:#010x}, where nothing is"


def fault_text(cfsr: int, address_text: str, pc: int, lr: int, image: FirmwareImage) -> str:
    """One sentence for the first fault of a run."""
    if cfsr & 0xFFFF0000:
        bit = next(bit for bit in range(16, 32) if cfsr >> bit & 1)
        what = USAGE_FAULTS.get(bit, f"a usage fault (CFSR bit {bit})")
    elif cfsr & 1 << 8:
        what = f"code was fetched from {address_text}"
    else:
        what = f"an access to {address_text}"
    return f"{what}, at {image.place(pc)}, called from {image.place(lr)}"
