# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A bad cable: a link around another link that loses, damages, doubles, delays and swaps messages,
one at a time or several in a row.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from mcugen.transport.link import Link
from tests.transport.around_link import AroundLink

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Faults:
    """Probability of each fault for each message, in each direction."""

    drop: float = 0.0
    corrupt: float = 0.0  # one bit of the message
    duplicate: float = 0.0
    stall: float = 0.0  # held back for `stall_s`
    reorder: float = 0.0  # held back until the next message has passed
    burst: float = 0.0  # it and the next few are noise of their lengths, zero bytes among it
    stall_s: float = 0.3
    burst_messages: int = 4


class FakeLink(AroundLink):
    """`link` with `faults`; the same seed gives the same faults. A message ends with a zero byte."""

    def __init__(
        self, link: Link, faults: Faults, seed: int, *, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(link)
        self.clock = clock
        self.counts: Counter[str] = Counter()
        self._to_device = _Lane(faults, Random(f"{seed} to device"), self.counts)
        self._to_host = _Lane(faults, Random(f"{seed} to host"), self.counts)

    def write(self, data: bytes) -> None:
        """Writes what the faults leave of `data`; the rest follows while `read` waits."""
        self._to_device.put(data, self.clock())
        self._pass_on()

    def read(self, count: int, deadline: float) -> bytes:
        """1 to `count` bytes, or b"" at `deadline`."""
        while True:
            self._pass_on()
            now = self.clock()
            if data := self._to_host.take(now, count):
                return data
            if now >= deadline:
                return b""
            until = min(deadline, self._to_host.next_due(), self._to_device.next_due())
            self._to_host.put(self._link.read(count, until), self.clock())

    def _pass_on(self) -> None:
        if data := self._to_device.take(self.clock()):
            self._link.write(data)


class _Lane:
    """One direction: bytes in, and out again when they are due."""

    def __init__(self, faults: Faults, random: Random, counts: Counter[str]) -> None:
        self._faults = faults
        self._random = random
        self._counts = counts
        self._begun = bytearray()  # a message that has not ended
        self._waiting: list[tuple[float, bytes]] = []
        self._swapped = b""
        self._burst_left = 0  # messages
        self._ready = bytearray()

    def put(self, data: bytes, now: float) -> None:
        *ended, rest = data.split(b"\0")
        for piece in ended:
            self._begun += piece
            message = bytes(self._begun) + b"\0"
            self._begun.clear()
            if len(message) == 1:
                self._ready += message
            else:
                self._spoil(message, now)
        self._begun += rest

    def take(self, now: float, count: int | None = None) -> bytes:
        for due, message in self._waiting:
            if due <= now:
                self._ready += message
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        data = bytes(self._ready[:count])
        del self._ready[:count]
        return data

    def next_due(self) -> float:
        return min((due for due, _ in self._waiting), default=float("inf"))

    def _happens(self, fault: str) -> bool:
        # One draw for every kind, also at probability 0: so faults do not shift each other.
        happens: bool = self._random.random() < getattr(self._faults, fault)
        self._counts[fault] += happens
        return happens

    def _spoil(self, message: bytes, now: float) -> None:
        drop, corrupt, duplicate, stall, reorder = map(
            self._happens, ("drop", "corrupt", "duplicate", "stall", "reorder")
        )
        bit = self._random.randrange(8 * len(message))
        if self._happens("burst"):
            self._burst_left = self._faults.burst_messages
        if drop:
            return
        if self._burst_left > 0:
            self._burst_left -= 1
            message = self._random.randbytes(len(message))
        if corrupt:
            damaged = bytearray(message)
            damaged[bit // 8] ^= 1 << bit % 8
            message = bytes(damaged)
        if duplicate:
            message += message
        if stall:
            self._waiting.append((now + self._faults.stall_s, message))
        elif reorder and not self._swapped:
            self._swapped = message
        else:
            self._ready += message + self._swapped
            self._swapped = b""
