# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device that lies: an honest one behind a link that changes what it answers.

A lie takes a reply and gives what is sent instead of it. Bytes take time, as at 115200 baud, so that
a device that never stops sending comes to every deadline.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import replace

from mcugen import protocol
from mcugen.errors import DeviceError
from mcugen.protocol import Frame, FrameDecoder, PushReply, Request, Status, Window
from mcugen.transport.link import Link
from tests.device.simulated_device import Clock
from tests.transport.around_link import AroundLink

BYTE_S = 1 / 11_520
ESCAPES = b"\x1b]0;owned\x07\x1b[31m"
Lie = Callable[[Frame], bytes]
"""An honest reply -> the bytes that come instead."""


class LyingLink(AroundLink):
    """`link`, whose replies to requests of `kind` (None: to all) go through `lie`."""

    def __init__(self, link: Link, clock: Clock, kind: Request | None, lie: Lie) -> None:
        super().__init__(link)
        self._clock, self._kind, self._lie = clock, kind, lie
        self._decoder = FrameDecoder()
        self._ready = bytearray()

    @property
    def name(self) -> str:
        return "liar"

    def read(self, count: int, deadline: float) -> bytes:
        if not self._ready:
            for frame in self._decoder.feed(self._link.read(1 << 20, self._clock.now)):
                is_meant = self._kind is None or kind_of(frame) == self._kind
                self._ready += self._lie(frame) if is_meant else protocol.encode_frame(frame)
        data = bytes(self._ready[: min(count, 4096)])
        del self._ready[: len(data)]
        self._clock.now = (
            self._clock.now + len(data) * BYTE_S if data else max(deadline, self._clock.now)
        )
        return data


class Flood(LyingLink):
    """Sends `noise` for ever, and the replies that are due in between."""

    def __init__(self, link: Link, clock: Clock, noise: bytes) -> None:
        super().__init__(link, clock, None, protocol.encode_frame)
        self._noise = noise

    def read(self, count: int, deadline: float) -> bytes:
        self._clock.now += len(self._noise) * BYTE_S
        return self._noise + super().read(count, self._clock.now)


class Noise(Flood):
    """Sends `noise` for ever, and no reply at all."""

    def read(self, count: int, deadline: float) -> bytes:
        self._clock.now += len(self._noise) * BYTE_S
        return self._noise


class Drip(LyingLink):
    """Honest, but with `pause_s` before each byte."""

    def __init__(self, link: Link, clock: Clock, pause_s: float) -> None:
        super().__init__(link, clock, None, protocol.encode_frame)
        self._pause_s = pause_s

    def read(self, count: int, deadline: float) -> bytes:
        self._clock.now += self._pause_s
        return super().read(1, deadline)


class Pulled(LyingLink):
    """Honest for `number` replies; the cable is pulled in the middle of the next one."""

    def __init__(self, link: Link, clock: Clock, number: int) -> None:
        super().__init__(link, clock, None, after(number, self._half))
        self._is_pulled = False

    def _half(self, frame: Frame) -> bytes:
        self._is_pulled = True
        whole = protocol.encode_frame(frame)
        return whole[: len(whole) // 2]

    def read(self, count: int, deadline: float) -> bytes:
        if self._is_pulled and not self._ready:
            raise DeviceError("liar is gone")
        return super().read(count, deadline)


def kind_of(frame: Frame) -> int:
    """The request that an ordinary reply answers."""
    return frame.type & ~protocol.REPLY_BIT


def says(change: Callable[[bytes], bytes]) -> Lie:
    """Another payload."""
    return lambda frame: protocol.encode_frame(replace(frame, payload=change(frame.payload)))


def refuses(payload: bytes) -> Lie:
    """An error instead of the reply."""
    return lambda frame: protocol.encode_frame(Frame(protocol.ERROR_TYPE, frame.sequence, payload))


def put(offset: int, form: str, value: float) -> Lie:
    """One field of the payload changed."""

    def change(payload: bytes) -> bytes:
        content = bytearray(payload)
        struct.pack_into(form, content, offset, value)
        return bytes(content)

    return says(change)


def push_says(change: Callable[[PushReply], PushReply]) -> Lie:
    """Another reply to a PUSH."""
    return says(lambda payload: encode_push_reply(change(protocol.parse_push_reply(payload))))


def windows_say(change: Callable[[Window], Window]) -> Lie:
    """Every window of the reply to a PUSH changed."""
    return push_says(lambda reply: replace(reply, windows=tuple(map(change, reply.windows))))


def fact_says(key: str, value: bytes) -> Lie:
    """One line of the identity with another value."""

    def change(payload: bytes) -> bytes:
        lines = payload[20:].split(b"\n")
        found = [b"%s=%s" % (key.encode(), value) if _is(key, line) else line for line in lines]
        assert found != lines
        return payload[:20] + b"\n".join(found)

    return says(change)


def _is(key: str, line: bytes) -> bool:
    return line.startswith(key.encode() + b"=")


def encode_push_reply(reply: PushReply) -> bytes:
    """The payload of a reply to PUSH."""
    head = struct.pack(
        "<HHHHfI",
        len(reply.row_ticks),
        len(reply.windows),
        reply.taken,
        int(reply.ended),
        reply.clip_score,
        reply.clip_windows,
    )
    rows = struct.pack(f"<{len(reply.row_ticks)}I", *reply.row_ticks)
    windows = (struct.pack("<IfQ", w.index, w.score, w.ticks) for w in reply.windows)
    return head + rows + b"".join(windows)


def every(number: int, lie: Lie) -> Lie:
    """The lie for every `number`th reply, the truth for the others."""
    seen = 0

    def sometimes(frame: Frame) -> bytes:
        nonlocal seen
        seen += 1
        return protocol.encode_frame(frame) if seen % number else lie(frame)

    return sometimes


def after(number: int, lie: Lie) -> Lie:
    """The truth `number` times, then the lie."""
    seen = 0

    def later(frame: Frame) -> bytes:
        nonlocal seen
        seen += 1
        return lie(frame) if seen > number else protocol.encode_frame(frame)

    return later


def twice(frame: Frame) -> bytes:
    """Everything comes two times."""
    return 2 * protocol.encode_frame(frame)


def silence(frame: Frame) -> bytes:
    """Nothing comes."""
    return b""


def out_of_order(frame: Frame) -> bytes:
    """As of a device that has been restarted."""
    return refuses(struct.pack("<b", Status.OUT_OF_ORDER))(frame)


Table = Mapping[str, tuple[Request | None, Lie, str]]
"""Name of a policy -> the request whose reply is a lie, the lie, what the error says ("" for none)."""
