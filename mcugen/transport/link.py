# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of a link: bytes to a device and back, with absolute deadlines and nothing else."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """A byte pipe to one device. Every failure is a `DeviceError` that says what to try."""

    @property
    def name(self) -> str:
        """What the user calls it: `/dev/ttyACM0`, `socket://host:port`, `qemu-system-arm`."""

    def open(self) -> None:
        """Opens the port or starts the process; refuses a port that is busy."""

    def close(self) -> None:
        """Closes it and ends what `open` started; safe to call twice."""

    def write(self, data: bytes) -> None:
        """Writes all of `data`."""

    def clock(self) -> float:
        """Seconds as the device lives them, from any start: `time.monotonic`, unless it is emulated."""

    def read(self, count: int, deadline: float) -> bytes:
        """Returns 1 to `count` bytes as soon as any are there, or b"" at `deadline` of `clock`."""

    def set_baud(self, baud: int) -> None:
        """Changes the rate of a serial port once all is written; nothing to do on a pipe or socket."""
