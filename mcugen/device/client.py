# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One request, one answer, over a link that may lose, damage, double or delay bytes.

The other end executes each request exactly once (docs/PROTOCOL.md, section 3), so repeating is safe.
Every reply is checked against its request and against what is possible at all: a device may be broken,
or lie. Text in a reply is made safe to show.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mcugen import protocol
from mcugen.errors import DeviceError
from mcugen.foreign_text import one_line
from mcugen.protocol import (
    Frame,
    FrameDecoder,
    Identity,
    Profile,
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
WORDS_SHOWN = 120  # characters shown of what a device sent

LARGEST_TICKS = 2**53  # beyond it a float loses ticks; at 1 GHz these are 104 days
SATURATED_TICKS = 2**32 - 1  # of a counter of 32 bits
MOST_INTERVALS = 65_536  # of one inference
CLOCKS_DIFFER = 1.5  # a device's clock may be wrong by less than this factor
CLOCKS_DIFFER_S = 0.1

_OTHER_FIRMWARE = "the firmware was made by another mcugen: build and flash it again"

_NO_MARKS = "build it with --profile, on engine aot or tflm, and flash it"
_REFUSAL_HINTS: Mapping[tuple[Request, int], str] = {
    (Request.LAYER, Status.UNSUPPORTED): "build it with --per-layer, and flash it",
    (Request.READ, Status.UNSUPPORTED): "build it with --per-layer, and flash it",
    (Request.PROFILE, Status.UNSUPPORTED): _NO_MARKS,
    (Request.PROFILE, Status.BAD_COMMAND): _NO_MARKS,
}
"""(request, status) -> what to do about it, where known."""


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """What delivery cost on the host's side."""

    requests: int
    repeats: int
    frames_damaged: int
    replies_late: int


class Client:
    """A device behind an open link. `session`, a u32 that identifies this run, is random if not given."""

    def __init__(
        self,
        link: Link,
        session: int | None = None,
        *,
        deadline_s: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self._link = link
        session = secrets.randbits(32) if session is None else session
        self._session = session & 0xFFFFFFFF
        self._sequence = session & 0xFFFF
        self._deadline_s = deadline_s
        self._clock = clock or link.clock
        self._decoder = FrameDecoder()
        self._slowest_s = 0.0  # of recent answers; 0 before the first
        self._max_payload = protocol.LEAST_MAX_PAYLOAD
        self._ticks_per_second: int | None = None
        self._took_s = 0.0  # the last request, from its first byte to the answer's last
        self._requests = self._repeats = self._late = 0

    @property
    def name(self) -> str:
        """Name of the link, for errors."""
        return self._link.name

    @property
    def took_s(self) -> float:
        """How long the last request took, repeats included."""
        return self._took_s

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
        if identity.max_payload < protocol.LEAST_MAX_PAYLOAD:
            raise self._contradiction(
                f"takes payloads of {identity.max_payload} bytes, the least that is allowed is "
                f"{protocol.LEAST_MAX_PAYLOAD}"
            )
        self._max_payload = identity.max_payload
        self._ticks_per_second = identity.ticks_per_second
        return identity

    def reset(self) -> None:
        """Forgets the clip, the window and recurrent state."""
        self._command(Request.RESET, b"")

    def push(
        self, source: Source, data: bytes, *, end: bool = False, chunk_bytes: int | None = None
    ) -> Iterator[PushReply]:
        """Pushes `data` (any cut of a clip), yielding the reply to each request. No request crosses a
        multiple of `chunk_bytes`: with those of a row, none completes a row and begins the next.

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
            self._check_push(reply, piece, last)
            yield reply
            at += reply.taken
            if at == len(data) and (reply.ended or not last):
                return

    def read(self, what: What, size: int, *, index: int = 0) -> bytes:
        """The `size` bytes of a tensor or of the float features of the last window."""
        content = b""
        while len(content) < size:
            count = min(size - len(content), self._max_payload)
            payload = protocol.read_payload(what, index, len(content), count)
            piece = self._request(Request.READ, payload)
            content += piece
            if len(piece) > count:
                raise self._contradiction(f"gave {len(piece)} bytes where {count} were asked for")
            if len(piece) < count:
                raise DeviceError(
                    f"{self._link.name}: {what.name.lower()} {index} has only {len(content)} bytes, "
                    f"{size} expected",
                    hint="the firmware holds another model: flash this build",
                )
        return content

    def infer(self, warmup: int, repeats: int) -> tuple[int, ...]:
        """Ticks of each of `repeats` (1 to 64) inferences on the last window, after `warmup` more."""
        payload = protocol.infer_payload(warmup, repeats)
        ticks = self._parsed(protocol.parse_ticks, self._request(Request.INFER, payload))
        if len(ticks) != repeats:
            raise self._contradiction(f"gave {len(ticks)} tick counts for {repeats} inferences")
        self._check_inference_ticks(ticks)
        if SATURATED_TICKS in ticks:
            raise self._contradiction("has overflowed its 32-bit tick count of an inference")
        self._check_time(sum(ticks))
        return ticks

    def run_layers(self, layer: int) -> None:
        """Runs the last window up to and including operator `layer`; `What.LAYER` reads its outputs."""
        self._command(Request.LAYER, protocol.layer_payload(layer))

    def profile(self) -> Profile:
        """One inference on the last window with what each of its intervals took, all of them: where
        they are more than a reply holds, those of as many inferences as that takes."""
        whole = self._profile_from(0)
        while len(whole.intervals) < whole.count:
            more = self._profile_from(len(whole.intervals))
            if more.count != whole.count:
                raise self._contradiction(f"has {whole.count} intervals, then {more.count}")
            whole = replace(whole, intervals=whole.intervals + more.intervals)
        return whole

    def _profile_from(self, first: int) -> Profile:
        payload = protocol.profile_payload(first)
        found = self._parsed(protocol.parse_profile, self._request(Request.PROFILE, payload))
        ticks = [interval for _, interval in found.intervals]
        due = min(max(found.count - first, 0), protocol.intervals_in(self._max_payload))
        if len(ticks) != due or not 0 < found.count <= MOST_INTERVALS:
            raise self._contradiction(
                f"gives {len(ticks)} of {found.count} intervals from {first} on"
            )
        if SATURATED_TICKS in ticks:
            raise self._contradiction("has overflowed its 32-bit tick count of a layer")
        self._check_time(sum(ticks))
        return found

    def stats(self) -> Stats:
        """Counters and high-water marks of the device."""
        stats = self._parsed(protocol.parse_stats, self._request(Request.STATS, b""))
        if stats.arena_used_bytes > stats.arena_given_bytes:
            raise self._contradiction(
                f"uses {stats.arena_used_bytes} bytes of an arena of {stats.arena_given_bytes}"
            )
        return stats

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
            self._command(Request.SET_BAUD, protocol.set_baud_payload(wanted), change)
        except DeviceError:
            self._link.set_baud(current)
            raise
        return used

    def _parsed(self, parse: Callable[[bytes], T], payload: bytes) -> T:
        try:
            return parse(payload)
        except protocol.ProtocolError as error:
            raise DeviceError(
                f"{self._link.name}: answer not understood: {error}", hint=_OTHER_FIRMWARE
            ) from error

    def _contradiction(self, fault: str) -> DeviceError:
        return DeviceError(f"{self._link.name}: the device {fault}", hint=_OTHER_FIRMWARE)

    def _check_push(self, reply: PushReply, piece: bytes, last: bool) -> None:
        """Refuses what no device answers to `piece`, and replies that could go on for ever: one that
        stops before the end has no room for more rows, so it has some."""
        rows, windows = len(reply.row_ticks), len(reply.windows)
        if reply.taken > len(piece) or (reply.taken < len(piece) and not rows):
            raise self._contradiction(f"took {reply.taken} of {len(piece)} bytes")
        if reply.ended and not (last and reply.taken == len(piece)):
            raise self._contradiction("ended the clip before its end")
        if last and reply.taken == len(piece) and not (reply.ended or rows):
            raise self._contradiction("does not end the clip")
        if windows > rows:
            raise self._contradiction(f"made {windows} windows of {rows} rows")
        if SATURATED_TICKS in reply.row_ticks:
            raise self._contradiction("has overflowed its 32-bit tick count of a row")
        self._check_inference_ticks([window.ticks for window in reply.windows])
        self._check_time(sum(reply.row_ticks) + sum(window.ticks for window in reply.windows))

    def _check_inference_ticks(self, ticks: Sequence[int]) -> None:
        for count in ticks:
            if count == 0:
                raise self._contradiction("has a tick counter that stands still: 0 ticks")
            if count >= LARGEST_TICKS:
                raise self._contradiction(f"counts {count} ticks for one inference")

    def _check_time(self, ticks: int) -> None:
        """Refuses ticks that take longer than the request did, where a tick is a time."""
        if self._ticks_per_second is None:
            return
        device_s = ticks / self._ticks_per_second
        if device_s > CLOCKS_DIFFER * self._took_s + CLOCKS_DIFFER_S:
            raise self._contradiction(
                f"counts {ticks} ticks, which are {device_s:.3g} s at "
                f"{self._ticks_per_second} ticks a second, in a request of {self._took_s:.3g} s"
            )

    def _command(
        self,
        kind: Request,
        payload: bytes,
        before_attempt: Callable[[int], None] = lambda attempt: None,
    ) -> None:
        """A request whose reply says no more than that it is done."""
        if reply := self._request(kind, payload, before_attempt):
            raise self._contradiction(
                f"answered {kind.name} with {len(reply)} bytes, not with none"
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
        began = self._clock()
        deadline = began + self._deadline_s
        patience = self._patience_s()
        attempt = 0
        while True:
            before_attempt(attempt)
            sent = self._clock()
            self._link.write(wire)
            reply = self._await(kind, min(sent + patience, deadline))
            if reply is not None:
                self._took_s = self._clock() - began
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
            reason = _shown(noise[at + len(protocol.FATAL_PREFIX) :].split(b"\r")[0])
            raise DeviceError(
                f"{self._link.name}: the firmware stopped: {reason}",
                hint="reset the board; if it happens again, this is a bug in the firmware",
            )

    def _accepted(self, kind: Request, reply: Frame) -> bytes:
        if reply.type != protocol.ERROR_TYPE:
            return reply.payload
        error = self._parsed(protocol.parse_error, reply.payload)
        if error.status == Status.OK:
            raise self._contradiction(f"answered {kind.name} with an error that is none")
        if error.status == Status.OUT_OF_ORDER:
            raise DeviceError(
                f"{self._link.name}: the device was reset, or another program is using the port",
                hint="close other programs on this port and run the same command again",
            )
        raise DeviceError(
            f"{self._link.name}: {kind.name} refused: {_shown(error.text)}",
            hint=_REFUSAL_HINTS.get((kind, error.status), ""),
        )

    def _silence(self, kind: Request, attempts: int) -> DeviceError:
        noise = self._decoder.noise
        what = f"{self._link.name}: no answer to {kind.name} in {self._deadline_s:g} s"
        if noise:
            return DeviceError(
                f"{what}; received only unframed bytes, last: {noise[-40:]!r}",
                hint="check the baud rate, and that the firmware was made by mcugen",
            )
        return DeviceError(
            f"{what} ({attempts} attempts)",
            hint="is the firmware flashed and running, and is this the right port?",
        )


def _shown(words: bytes | str) -> str:
    """Text from a device, on one line and not too long."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    return one_line(text if len(text) <= WORDS_SHOWN else f"{text[:WORDS_SHOWN]}...")
