# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An emulated chip as a device: its clock is what it has emulated, however busy this computer is."""

from __future__ import annotations

import ctypes
import mmap
import time
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import DeviceError
from mcugen.transport.process_link import ProcessLink

LOOK_S = 0.05  # bytes that were sent before the core fell asleep are here by then
STANDS_STILL_S = 120.0  # a slice of instructions takes some 20 ms where a processor is free
NOT_ASLEEP = 2**64 - 1


class Pulse:
    """How far an emulator is, in a file of 16 bytes that it and its caller have in memory.

    `run_s`: seconds that the chip has run, where an instruction passes for a cycle of its clock.
    `asleep_after`: how many bytes of the host the core had heard when it went to sleep, with nothing
    left to do and all that it said on its way.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 16)
        self._run_s = ctypes.c_double.from_buffer(self._memory, 0)
        self._asleep_after = ctypes.c_uint64.from_buffer(self._memory, 8)

    @classmethod
    def create(cls, path: Path) -> Pulse:
        """That of an emulator which has not begun."""
        path.write_bytes(bytes(8) + NOT_ASLEEP.to_bytes(8, "little"))
        return cls(path)

    def close(self) -> None:
        """Gives the file back: Windows removes none that is in memory."""
        del self._run_s, self._asleep_after
        self._memory.close()

    @property
    def now(self) -> tuple[float, int]:
        """`run_s` and `asleep_after`."""
        return self._run_s.value, self._asleep_after.value

    def ran(self, run_s: float) -> None:
        """The emulator has come to `run_s`: call it before what the chip said is sent."""
        self._run_s.value = run_s

    def slept(self, heard_bytes: int) -> None:
        """The core sleeps until the host sends more than `heard_bytes`."""
        self._asleep_after.value = heard_bytes


@dataclass(frozen=True, slots=True)
class Emulator:
    """The command that runs an image, with {port}, and the file of its pulse."""

    command: tuple[str, ...]
    pulse: Path


class EmulatedLink(ProcessLink):
    """The emulator of an image. A deadline passes when the chip has run that long without an answer or,
    at once, when it sleeps and has heard everything: then no answer can come."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator.command, name="emulated: instructions")
        self._path = emulator.pulse
        self._pulse: Pulse | None = None
        self._sent_bytes = 0
        self._slept_s = (
            0.0  # deadlines that passed while it slept, and what ran before it was closed
        )

    def open(self) -> None:
        """Starts it."""
        self._pulse = Pulse.create(self._path)
        self._sent_bytes = 0
        super().open()

    def close(self) -> None:
        """Ends it; safe to call twice."""
        super().close()
        if self._pulse is not None:
            self._slept_s = self.clock()
            self._pulse.close()
            self._pulse = None

    def write(self, data: bytes) -> None:
        """Writes all of `data`."""
        super().write(data)
        self._sent_bytes += len(data)

    def clock(self) -> float:
        """Seconds that the chip has run, and those for which it slept in vain."""
        return self._slept_s + (self._pulse.now[0] if self._pulse else 0.0)

    def read(self, count: int, deadline: float) -> bytes:
        """1 to `count` bytes, or b"" at `deadline` of `clock`; DeviceError when it has ended, or has
        not run for STANDS_STILL_S of this computer's time."""
        assert self._pulse is not None
        before, since = self._pulse.now, time.monotonic()
        while True:
            was_asleep = self._pulse.now[1] == self._sent_bytes
            if data := super().read(count, time.monotonic() + LOOK_S):
                return data
            left = deadline - self.clock()
            if was_asleep and left > 0:
                self._slept_s += left
            if was_asleep or left <= 0:
                return b""
            if self._pulse.now != before:
                before, since = self._pulse.now, time.monotonic()
            elif time.monotonic() - since > STANDS_STILL_S:
                raise DeviceError(
                    f"{self.name}: the emulator has run no instruction for {STANDS_STILL_S:g} s",
                    hint="is this computer out of memory, or stopped?",
                )
