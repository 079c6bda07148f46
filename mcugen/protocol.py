# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/PROTOCOL.md as pure functions: frames and their payloads <-> values. Nothing here does I/O."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from mcugen.foreign_text import printable

VERSION = 1
MAGIC = 0xA5
HEADER = struct.Struct("<BBH")  # magic, type, sequence
CRC_BYTES = 4
REPLY_BIT = 0x80
ERROR_TYPE = 0xFF
FATAL_PREFIX = b"mcugen fatal: "

LONGEST_FACT = 4096  # characters of a line of the identity: flags of a compiler are many
LEAST_MAX_PAYLOAD = 512  # bytes, both directions
MAX_ENCODED_BYTES = 70_000  # a frame with the largest u16 payload, encoded
NOISE_KEPT_BYTES = 256


class Status(IntEnum):
    """Status of a request; the values of MCUGEN_STATUS_LIST in runtime/status.h."""

    OK = 0
    BAD_COMMAND = -1
    BAD_LENGTH = -2
    BAD_ARGUMENT = -3
    OUT_OF_ORDER = -4
    NOT_READY = -5
    ENGINE = -6
    UNSUPPORTED = -7
    ABORTED = -8


class Request(IntEnum):
    """Type byte of a request."""

    HELLO = 0x01
    RESET = 0x02
    PUSH = 0x03
    READ = 0x04
    INFER = 0x05
    STATS = 0x06
    SET_BAUD = 0x07
    LAYER = 0x08
    PROFILE = 0x09


class Source(IntEnum):
    """What the bytes of a PUSH are."""

    PCM = 0  # or whatever else the front-end takes
    FEATURES = 1
    INT8 = 2


class What(IntEnum):
    """What a READ reads."""

    INPUT = 0
    OUTPUT = 1
    FEATURES = 2
    LAYER = 3
    STAGE = 4


class PushFlag(IntFlag):
    """Flags of a PUSH and of its reply."""

    NONE = 0
    END = 1


class ProtocolError(ValueError):
    """A payload that no device following docs/PROTOCOL.md sends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, checked: its CRC was right."""

    type: int
    sequence: int
    payload: bytes


def cobs_encode(data: bytes) -> bytes:
    """`data` without zero bytes: one byte for each 254 or part of them is added.

    Cheshire and Baker, 1999. Data that end with a full block of 254 bytes end there: the paper's
    listing adds a block without bytes, which decodes to the same.
    """
    out = bytearray()
    runs = data.split(b"\0")
    for run in runs:
        whole, rest = divmod(len(run), 254)
        for start in range(0, whole * 254, 254):
            out += b"\xff" + run[start : start + 254]
        out.append(rest + 1)
        out += run[whole * 254 :]
    if runs[-1] and not rest:
        out.pop()  # a full block ends the data by itself
    return bytes(out)


def cobs_decode(data: bytes) -> bytes | None:
    """What `cobs_encode` was given, or None when `data` is no COBS encoding."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        run = data[at + 1 : at + code]
        if code == 0 or len(run) != code - 1 or 0 in run:
            return None
        out += run
        at += code
        if code != 0xFF and at < len(data):
            out.append(0)
    return bytes(out)


def encode_frame(frame: Frame) -> bytes:
    """The bytes on the wire, with the zero before and after."""
    body = HEADER.pack(MAGIC, frame.type, frame.sequence) + frame.payload
    return b"\0" + cobs_encode(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def decode_frame(encoded: bytes) -> Frame | None:
    """The frame in the bytes between two zeros, or None when anything about it is wrong."""
    decoded = cobs_decode(encoded)
    if decoded is None or len(decoded) < HEADER.size + CRC_BYTES:
        return None
    body, crc = decoded[:-CRC_BYTES], decoded[-CRC_BYTES:]
    magic, kind, sequence = HEADER.unpack_from(body)
    if magic != MAGIC or zlib.crc32(body) != int.from_bytes(crc, "little"):
        return None
    return Frame(kind, sequence, body[HEADER.size :])


class FrameDecoder:
    """Finds frames in a stream of bytes cut anywhere, and keeps what was none of them."""

    def __init__(self) -> None:
        self._collected = bytearray()
        self._noise = bytearray()
        self.damaged = 0

    @property
    def noise(self) -> bytes:
        """The last bytes that belonged to no frame, those still collected included."""
        return bytes(self._noise + self._collected)[-NOISE_KEPT_BYTES:]

    def feed(self, data: bytes) -> tuple[Frame, ...]:
        """The frames that `data` completes."""
        frames = []
        *ended, rest = data.split(b"\0")
        for piece in ended:
            self._collected += piece
            frame = decode_frame(bytes(self._collected))
            if frame is not None:
                frames.append(frame)
            elif self._collected:
                self._drop()
            self._collected.clear()
        self._collected += rest
        if len(self._collected) > MAX_ENCODED_BYTES:
            self._drop()
            self._collected.clear()
        return tuple(frames)

    def _drop(self) -> None:
        self.damaged += 1
        self._noise = (self._noise + self._collected)[-NOISE_KEPT_BYTES:]


# Payloads of requests.


def hello_payload(session: int) -> bytes:
    """HELLO; `session` is any u32 that no session before it had."""
    return struct.pack("<I", session)


def push_payload(source: Source, flags: PushFlag, data: bytes) -> bytes:
    """PUSH of any cut of a stream."""
    return struct.pack("<BB", source, flags) + data


def read_payload(what: What, index: int, offset: int, count: int) -> bytes:
    """READ of `count` bytes from `offset`."""
    return struct.pack("<BBIH", what, index, offset, count)


def infer_payload(warmup: int, repeats: int) -> bytes:
    """INFER on the input of the last window."""
    return struct.pack("<HH", warmup, repeats)


def set_baud_payload(baud: int) -> bytes:
    """SET_BAUD, in bits per second."""
    return struct.pack("<I", baud)


def layer_payload(layer: int) -> bytes:
    """LAYER: run up to and including this operator of the model."""
    return struct.pack("<I", layer)


def profile_payload(first: int) -> bytes:
    """PROFILE: the intervals from number `first` on."""
    return struct.pack("<I", first)


PUSH_OVERHEAD_BYTES = 2
MAX_REPEATS = 64
CALIBRATION_MARKS = 16


# Payloads of replies.


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device is. `facts` holds all text lines, also those this version does not know."""

    version: int
    max_payload: int
    ticks_per_second: int | None  # None: a tick is not a time
    input_bytes: int
    output_bytes: int
    facts: Mapping[str, str]

    def fact(self, key: str) -> str:
        """One text line, empty when the device did not send it."""
        return self.facts.get(key, "")


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a clip that went through the engine."""

    index: int
    score: float
    ticks: int


@dataclass(frozen=True, slots=True)
class PushReply:
    """What a PUSH completed."""

    taken: int  # bytes of the data; the rest is to be pushed again
    ended: bool
    clip_score: float  # mean over the windows of the clip so far
    clip_windows: int
    row_ticks: tuple[int, ...]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters and high-water marks of a device since its start."""

    stack_used_bytes: int | None  # None: not measured
    arena_used_bytes: int
    arena_given_bytes: int
    frames_damaged: int
    replies_repeated: int
    bytes_overrun: int
    inferences: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Intervals of one inference, each as layer and ticks; one mark of it takes `mark_ticks` itself."""

    count: int  # of the whole inference
    mark_ticks: float
    intervals: tuple[tuple[int, int], ...]  # those of this reply


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """A request that was refused. `status` is an int when this version does not know it."""

    status: Status | int
    text: str


_IDENTITY = struct.Struct("<HHQII")
_PUSH_REPLY = struct.Struct("<HHHHfI")
_WINDOW = struct.Struct("<IfQ")
_STATS = struct.Struct("<7I")
_PROFILE = struct.Struct("<II")
_INTERVAL = struct.Struct("<II")


def parse_identity(payload: bytes) -> Identity:
    """Reply to HELLO; ProtocolError when it is too short or not text that can be shown."""
    if len(payload) < _IDENTITY.size:
        raise ProtocolError(f"identity of {len(payload)} bytes, at least {_IDENTITY.size} needed")
    version, max_payload, rate, input_bytes, output_bytes = _IDENTITY.unpack_from(payload)
    text = payload[_IDENTITY.size :].decode(errors="replace")
    if text != printable(text):
        raise ProtocolError("identity with control characters")
    lines = text.split("\n")
    if max(map(len, lines)) > LONGEST_FACT:
        raise ProtocolError(f"identity with a line of more than {LONGEST_FACT} characters")
    pairs = (line.partition("=") for line in lines)
    facts = {key: value for key, equals, value in pairs if equals}
    return Identity(version, max_payload, rate or None, input_bytes, output_bytes, facts)


def parse_push_reply(payload: bytes) -> PushReply:
    """Reply to PUSH; ProtocolError when its lists do not fit its length."""
    if len(payload) < _PUSH_REPLY.size:
        raise ProtocolError(
            f"push reply of {len(payload)} bytes, at least {_PUSH_REPLY.size} needed"
        )
    rows, windows, taken, flags, score, count = _PUSH_REPLY.unpack_from(payload)
    first_window = _PUSH_REPLY.size + 4 * rows
    if len(payload) != first_window + _WINDOW.size * windows:
        raise ProtocolError(
            f"push reply of {len(payload)} bytes for {rows} rows, {windows} windows"
        )
    return PushReply(
        taken=taken,
        ended=bool(flags & PushFlag.END),
        clip_score=score,
        clip_windows=count,
        row_ticks=struct.unpack_from(f"<{rows}I", payload, _PUSH_REPLY.size),
        windows=tuple(Window(*entry) for entry in _WINDOW.iter_unpack(payload[first_window:])),
    )


def parse_ticks(payload: bytes) -> tuple[int, ...]:
    """Reply to INFER."""
    if len(payload) % 4:
        raise ProtocolError(f"{len(payload)} bytes are no list of u32")
    return struct.unpack(f"<{len(payload) // 4}I", payload)


def parse_stats(payload: bytes) -> Stats:
    """Reply to STATS."""
    if len(payload) != _STATS.size:
        raise ProtocolError(f"statistics of {len(payload)} bytes, {_STATS.size} needed")
    stack, *rest = _STATS.unpack(payload)
    return Stats(stack or None, *rest)


def parse_profile(payload: bytes) -> Profile:
    """Reply to PROFILE."""
    if len(payload) < _PROFILE.size or (len(payload) - _PROFILE.size) % _INTERVAL.size:
        raise ProtocolError(f"profile of {len(payload)} bytes")
    count, marks_ticks = _PROFILE.unpack_from(payload)
    intervals = tuple(_INTERVAL.iter_unpack(payload[_PROFILE.size :]))
    return Profile(count, marks_ticks / CALIBRATION_MARKS, intervals)


def intervals_in(payload_bytes: int) -> int:
    """How many intervals a reply to PROFILE holds at most."""
    return (payload_bytes - _PROFILE.size) // _INTERVAL.size


def parse_error(payload: bytes) -> ErrorReply:
    """An error reply."""
    if not payload:
        raise ProtocolError("empty error reply")
    (value,) = struct.unpack_from("<b", payload)
    known = value in Status.__members__.values()
    return ErrorReply(Status(value) if known else value, payload[1:].decode("ascii", "replace"))
