# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One request, one answer, over a link that may lose, damage, double or delay bytes.

The other end executes each request exactly once (docs/PROTOCOL.md, section 3), so repeating is safe.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mcugen import protocol
from mcugen.errors import DeviceError
from mcugen.protocol import (
    Frame,
    FrameDecoder,
    Identity,
    PushReply,
    Request,
    Source,
    Stats,
    Status,
    What,
)
from mcugen.transport.link import Link

Clock = Callable[[], float]
T = TypeVar("T")

FIRST_PATIENCE_S = 0.5  # how long before a first repeat, until an answer has been timed
LEAST_PATIENCE_S = 0.15
MOST_PATIENCE_S = 2.0
READ_BYTES = 65536

_REFUSAL_HINTS: Mapping[tuple[Request, int], str] = {
    (Request.LAYER, Status.UNSUPPORTED): "build it with --per-layer, on engine aot, and flash it",
}
"""(request, status) -> what to do about it, where it can be told."""


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """What delivery cost on the host's side."""

    requests: int
    repeats: int
    frames_damaged: int
    replies_late: int


class Client:
    """A device behind an open link. `session` is a random u32: it tells this run from any before."""

    def __init__(
        self, link: Link, session: int, *, deadline_s: float = 10.0, clock: Clock = time.monotonic
    ) -> None:
        self._link = link
        self._session = session & 0xFFFFFFFF
        self._sequence = session & 0xFFFF
        self._deadline_s = deadline_s
        self._clock = clock
        self._decoder = FrameDecoder()
        self._slowest_s = 0.0  # of recent answers; 0 before the first
        self._max_payload = 512
        self._requests = self._repeats = self._late = 0

    @property
    def counters(self) -> LinkCounters:
        """Requests, repeats and losses so far."""
        return LinkCounters(self._requests, self._repeats, self._decoder.damaged, self._late)

    def hello(self) -> Identity:
        """Starts the session and returns who answers; DeviceError for another protocol version."""
        payload = protocol.hello_payload(self._session)
        identity = self._parsed(protocol.parse_identity, self._request(Request.HELLO, payload))
        if identity.version != protocol.VERSION:
            raise DeviceError(
                f"{self._link.name}: the firmware speaks protocol version {identity.version}, "
                f"this mcugen speaks {protocol.VERSION}",
                hint="build and flash the firmware again with this mcugen",
            )
        self._max_payload = identity.max_payload
        return identity

    def reset(self) -> None:
        """Forgets the clip, the window and recurrent state."""
        self._request(Request.RESET, b"")

    def push(
        self, source: Source, data: bytes, *, end: bool = False, chunk_bytes: int | None = None
    ) -> Iterator[PushReply]:
        """Pushes `data` (any cut of a clip), yielding each reply. No request goes on behind a multiple
        of `chunk_bytes`.

        `end` ends the clip with the last byte. Consume the iterator: it pushes as it is read.
        """
        largest = self._max_payload - protocol.PUSH_OVERHEAD_BYTES
        at = 0
        while True:
            left = chunk_bytes - at % chunk_bytes if chunk_bytes else largest
            piece = data[at : at + min(left, largest)]
            last = end and at + len(piece) == len(data)
            flags = protocol.PushFlag.END if last else protocol.PushFlag.NONE
            payload = protocol.push_payload(source, flags, piece)
            reply = self._parsed(protocol.parse_push_reply, self._request(Request.PUSH, payload))
            self._check_progress(reply, piece, last)
            yield reply
            at += reply.taken
            if at == len(data) and (reply.ended or not last):
                return

    def read(self, what: What, size: int, *, index: int = 0) -> bytes:
        """The first `size` bytes of a tensor or of the float features of the last window."""
        content = b""
        while len(content) < size:
            count = min(size - len(content), self._max_payload)
            payload = protocol.read_payload(what, index, len(content), count)
            piece = self._request(Request.READ, payload)
            if not piece:
                raise DeviceError(
                    f"{self._link.name}: {what.name.lower()} {index} has only {len(content)} bytes, "
                    f"{size} expected",
                    hint="the firmware holds another model: flash this build",
                )
            content += piece
        return content

    def infer(self, warmup: int, repeats: int) -> tuple[int, ...]:
        """Ticks of each of `repeats` (1 to 64) inferences on the last window, after `warmup` more."""
        payload = protocol.infer_payload(warmup, repeats)
        return self._parsed(protocol.parse_ticks, self._request(Request.INFER, payload))

    def run_layers(self, layer: int) -> None:
        """Runs the last window up to and including operator `layer`; `What.LAYER` reads its outputs."""
        self._request(Request.LAYER, protocol.layer_payload(layer))

    def stats(self) -> Stats:
        """Counters and high-water marks of the device."""
        return self._parsed(protocol.parse_stats, self._request(Request.STATS, b""))

    def set_baud(self, current: int, wanted: int) -> int:
        """Changes the rate of device and link; DeviceError, at the old rate, if it refuses.

        The answer comes at the new rate, a refusal at the old one: tries both in turn. Returns the
        rate at which it came: the old one when the line does not carry the new one and the device
        has gone back.
        """
        rates = (current, wanted)
        used = current

        def change(attempt: int) -> None:
            nonlocal used
            used = rates[attempt % 2]
            self._link.set_baud(used)

        try:
            self._request(Request.SET_BAUD, protocol.set_baud_payload(wanted), change)
        except DeviceError:
            self._link.set_baud(current)
            raise
        return used

    def _parsed(self, parse: Callable[[bytes], T], payload: bytes) -> T:
        try:
            return parse(payload)
        except protocol.ProtocolError as error:
            raise DeviceError(
                f"{self._link.name}: answer not understood: {error}",
                hint="the firmware was made by another mcugen: build and flash it again",
            ) from error

    def _check_progress(self, reply: PushReply, piece: bytes, last: bool) -> None:
        """Refuses a reply after which pushing on would never end."""
        moved = reply.taken > 0 or reply.row_ticks or reply.ended
        if reply.taken > len(piece) or (piece and not moved):
            fault = f"took {reply.taken} of {len(piece)} bytes"
        elif last and not moved:
            fault = "does not end the clip"
        else:
            return
        raise DeviceError(
            f"{self._link.name}: the device {fault}",
            hint="the firmware was made by another mcugen: build and flash it again",
        )

    def _request(
        self,
        kind: Request,
        payload: bytes,
        before_attempt: Callable[[int], None] = lambda attempt: None,
    ) -> bytes:
        """Payload of the reply. Repeats with growing patience until the deadline."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._requests += 1
        wire = protocol.encode_frame(Frame(kind, self._sequence, payload))
        deadline = self._clock() + self._deadline_s
        patience = self._patience_s()
        attempt = 0
        while True:
            before_attempt(attempt)
            sent = self._clock()
            self._link.write(wire)
            reply = self._await(kind, min(sent + patience, deadline))
            if reply is not None:
                if attempt == 0:  # the answer to a repeat times nothing: which one was it?
                    self._slowest_s = max(self._clock() - sent, 0.9 * self._slowest_s)
                return self._accepted(kind, reply)
            if self._clock() >= deadline:
                raise self._silence(kind, attempt + 1)
            attempt += 1
            self._repeats += 1
            patience = min(2 * patience, MOST_PATIENCE_S)

    def _patience_s(self) -> float:
        if self._slowest_s == 0.0:
            return FIRST_PATIENCE_S
        return min(max(3 * self._slowest_s, LEAST_PATIENCE_S), MOST_PATIENCE_S)

    def _await(self, kind: Request, until: float) -> Frame | None:
        """The answer to the request in flight, or None at `until`; counts and drops all others."""
        while data := self._link.read(READ_BYTES, until):
            answer = None
            for frame in self._decoder.feed(data):
                fits = frame.type in (kind | protocol.REPLY_BIT, protocol.ERROR_TYPE)
                if fits and frame.sequence == self._sequence and answer is None:
                    answer = frame
                else:
                    self._late += 1
            if answer is not None:
                return answer
            self._check_fatal()
            if self._clock() >= until:
                break
        return None

    def _check_fatal(self) -> None:
        noise = self._decoder.noise
        if (at := noise.rfind(protocol.FATAL_PREFIX)) >= 0 and b"\r" in noise[at:]:
            reason = (
                noise[at + len(protocol.FATAL_PREFIX) :].split(b"\r")[0].decode("ascii", "replace")
            )
            raise DeviceError(
                f"{self._link.name}: the firmware stopped: {reason}",
                hint="reset the board; if it happens again, this is a bug in the firmware",
            )

    def _accepted(self, kind: Request, reply: Frame) -> bytes:
        if reply.type != protocol.ERROR_TYPE:
            return reply.payload
        error = self._parsed(protocol.parse_error, reply.payload)
        if error.status == Status.OUT_OF_ORDER:
            raise DeviceError(
                f"{self._link.name}: the device was restarted, or somebody else talks to it",
                hint="close other programs on this port and run the same command again",
            )
        raise DeviceError(
            f"{self._link.name}: {kind.name} refused: {error.text}",
            hint=_REFUSAL_HINTS.get((kind, error.status), ""),
        )

    def _silence(self, kind: Request, attempts: int) -> DeviceError:
        noise = self._decoder.noise
        what = f"{self._link.name}: no answer to {kind.name} in {self._deadline_s:g} s"
        if noise:
            return DeviceError(
                f"{what}, only bytes that are no frames, the last: {noise[-40:]!r}",
                hint="wrong baud rate, or not a firmware made by mcugen",
            )
        return DeviceError(
            f"{what} ({attempts} attempts)",
            hint="is the firmware flashed and running, and is this the right port?",
        )
