# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bad cable does what it says: a fake that cannot fail would prove nothing."""

from __future__ import annotations

import pytest

from tests.transport.fake_link import FakeLink, Faults

MESSAGES = [b"%d" % number + b"\0" for number in range(1000)]


class Loop:
    """A link that returns what was written, in a time of its own."""

    name = "loop"

    def __init__(self) -> None:
        self.now = 0.0
        self.data = b""
        self.baud = 0

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        self.data += data

    def read(self, count: int, deadline: float) -> bytes:
        data, self.data = self.data[:count], self.data[count:]
        if not data:
            self.now = max(self.now, deadline)
        return data

    def set_baud(self, baud: int) -> None:
        self.baud = baud


def through(faults: Faults, seed: int = 1) -> tuple[list[bytes], FakeLink]:
    """What comes back of MESSAGES, after each has been waited for."""
    loop = Loop()
    link = FakeLink(loop, faults, seed, clock=lambda: loop.now)
    back = b""
    for message in MESSAGES:
        link.write(message)
        while data := link.read(7, loop.now + 0.01):
            back += data
    while data := link.read(7, loop.now + 1):
        back += data
    return [piece + b"\0" for piece in back.split(b"\0")[:-1]], link


def test_good_cable_changes_nothing() -> None:
    assert through(Faults())[0] == MESSAGES


def test_a_burst_spoils_messages_in_a_row() -> None:
    """And ends: what comes after it is whole again."""
    back, link = through(Faults(burst=0.01, burst_messages=5))
    bursts = link.counts["burst"]
    assert bursts > 5
    lost = sorted(set(MESSAGES) - set(back))
    assert 3 * bursts <= len(lost) <= 12 * bursts  # two directions; random bytes may hold zeros


def test_same_seed_same_faults() -> None:
    faults = Faults(drop=0.1, corrupt=0.1, duplicate=0.1, stall=0.1, reorder=0.1)
    assert through(faults, 3)[0] == through(faults, 3)[0]
    assert through(faults, 3)[0] != through(faults, 4)[0]


def test_drop() -> None:
    back, link = through(Faults(drop=0.1))
    assert len(back) == len(MESSAGES) - link.counts["drop"]
    assert 100 < link.counts["drop"] < 300  # both directions: 0.19 of 1000


def test_duplicate() -> None:
    back, link = through(Faults(duplicate=0.1))
    assert len(back) == len(MESSAGES) + link.counts["duplicate"]
    assert set(back) == set(MESSAGES)


def test_corrupt_flips_bits() -> None:
    back, link = through(Faults(corrupt=0.1))
    assert 100 < link.counts["corrupt"] < 300
    assert 100 < len(set(MESSAGES) - set(back)) <= link.counts["corrupt"] + 100


@pytest.mark.parametrize("fault", ["stall", "reorder"])
def test_late_messages_come_all_the_same(fault: str) -> None:
    back, link = through(Faults(**{fault: 0.05}))
    assert link.counts[fault] > 50
    missing = 1 if fault == "reorder" else 0  # the last ones may wait for ever
    assert len(back) >= len(MESSAGES) - 2 * missing
    assert set(back) <= set(MESSAGES)
    assert back != MESSAGES
