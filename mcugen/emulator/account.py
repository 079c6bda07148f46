# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a run in the emulator leaves behind: counts, what had no model, what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcugen.emulator.machine import EmulatedChip

NOT_SHOWN = "time, caches, bus contention, NPU, boot ROM"
SHOWN_UNKNOWN = 8


@dataclass(frozen=True, slots=True)
class Account:
    """One run. `ended_at`: where the core was at its end. `unknown`: reads of registers without a model,
    by name; they answered what was last written there, or 0."""

    seed: int
    instructions: int
    interrupts: int
    overruns: int
    overrun_at: str  # where the core was when the first byte was lost; empty: none was
    ended_at: str
    unknown: dict[str, int]
    findings: tuple[str, ...]

    @staticmethod
    def of(machine: EmulatedChip, seed: int) -> Account:
        """The account of a machine as it stands."""
        state, registers = machine.state, machine.registers
        return Account(
            seed=seed,
            instructions=int(state.instructions),
            interrupts=int(state.interrupts),
            overruns=int(state.overruns),
            overrun_at=machine.image.place(state.overrun_pc) if state.overruns else "",
            ended_at=machine.place,
            unknown={registers.name_of(at): n for at, n in sorted(registers.unknown.items())},
            findings=tuple(machine.findings.sentences),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """For the terminal."""
        yield (
            f"emulated: {self.instructions:,} instructions, {self.interrupts:,} interrupts; "
            f"RAM filled from seed {self.seed}"
        )
        for sentence in self.findings:
            yield f"emulated: {sentence}"
        if self.overruns:
            yield (
                f"emulated: {self.overruns:,} bytes were lost in the UART (overrun), the first "
                f"while the core was at {self.overrun_at}"
            )
        if self.unknown:
            names = [f"{name} x{count}" for name, count in self.unknown.items()]
            more = f", and {len(names) - SHOWN_UNKNOWN} more" if len(names) > SHOWN_UNKNOWN else ""
            yield f"read without a model: {', '.join(names[:SHOWN_UNKNOWN])}{more}"
        yield f"an emulator does not show: {NOT_SHOWN}"


def read_account(path: Path) -> Account | None:
    """The account that the emulator's process wrote; None when it did not come so far."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return None
    return Account(**{**found, "findings": tuple(found["findings"])})
