# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Python's frames against C's, byte for byte; the stream decoder; payloads."""

from __future__ import annotations

import ctypes
import re
import struct
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcugen import protocol
from mcugen.paths import runtime_dir
from mcugen.protocol import Frame, FrameDecoder, ProtocolError, Request, Status
from tests.firmware.fake_firmware import compile_c, runtime_sources

MAX_PAYLOAD = 2048
# 1 + overhead of COBS for the largest frame + header: MCUGEN_PAYLOAD_OFFSET in runtime/frame.h.
PAYLOAD_AT = 1 + (1 + (MAX_PAYLOAD + 8) // 254) + 4
WIRE_BYTES = MAX_PAYLOAD + 8 + 1 + (MAX_PAYLOAD + 8) // 254 + 2

PAYLOADS = st.one_of(
    st.binary(max_size=MAX_PAYLOAD),
    st.lists(st.sampled_from([0, 0xA5, 0x25, 0xFF]), max_size=600).map(bytes),
    st.integers(0, MAX_PAYLOAD).map(lambda size: b"\x11" * size),
)
FRAMES = st.builds(Frame, st.integers(0, 255), st.integers(0, 65535), PAYLOADS)


class CFrame(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("payload", ctypes.c_void_p),
        ("payload_bytes", ctypes.c_size_t),
    ]


@pytest.fixture(scope="module")
def c_frames(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    output = tmp_path_factory.mktemp("frames") / "libframe.so"
    library = ctypes.CDLL(str(compile_c(output, runtime_sources("frame"), ("-shared", "-fPIC"))))
    library.mcugen_frame_encode.restype = ctypes.c_size_t
    library.mcugen_frame_decode.restype = ctypes.c_bool
    return library


def c_encode(library: ctypes.CDLL, frame: Frame) -> bytes:
    wire = (ctypes.c_uint8 * WIRE_BYTES)()
    wire[PAYLOAD_AT : PAYLOAD_AT + len(frame.payload)] = frame.payload
    size = library.mcugen_frame_encode(
        ctypes.c_uint8(frame.type),
        ctypes.c_uint16(frame.sequence),
        wire,
        ctypes.c_size_t(PAYLOAD_AT),
        ctypes.c_size_t(len(frame.payload)),
    )
    return bytes(wire[:size])


def c_decode(library: ctypes.CDLL, encoded: bytes) -> Frame | None:
    content = (ctypes.c_uint8 * max(len(encoded), 1))(*encoded)
    frame = CFrame()
    if not library.mcugen_frame_decode(content, ctypes.c_size_t(len(encoded)), ctypes.byref(frame)):
        return None
    return Frame(frame.type, frame.sequence, ctypes.string_at(frame.payload, frame.payload_bytes))


def ending_with_a_full_block(blocks: int) -> Frame:
    """Without a zero anywhere, 254 bytes for each block."""
    return Frame(1, 0x0101, b"\x01" * (254 * blocks - 8))


@example(frame=ending_with_a_full_block(1))
@example(frame=ending_with_a_full_block(8))
@given(frame=FRAMES)
def test_c_and_python_write_and_read_the_same_frames(c_frames: ctypes.CDLL, frame: Frame) -> None:
    wire = protocol.encode_frame(frame)
    assert wire == c_encode(c_frames, frame)
    assert b"\0" not in wire[1:-1]
    assert wire[2] == protocol.MAGIC
    assert protocol.decode_frame(wire[1:-1]) == frame
    assert c_decode(c_frames, wire[1:-1]) == frame


@pytest.mark.parametrize("blocks", [1, 8])
def test_a_full_block_ends_a_frame(c_frames: ctypes.CDLL, blocks: int) -> None:
    frame = ending_with_a_full_block(blocks)
    wire = protocol.encode_frame(frame)
    assert len(wire) == 255 * blocks + 2
    longer = wire[1:-1] + b"\x01"  # as the listing of the paper ends it
    assert protocol.decode_frame(longer) == c_decode(c_frames, longer) == frame


@given(noise=st.binary(max_size=80))
def test_c_and_python_judge_the_same_bytes(c_frames: ctypes.CDLL, noise: bytes) -> None:
    assert protocol.decode_frame(noise) == c_decode(c_frames, noise)


@given(data=st.binary(max_size=700))
def test_cobs_comes_back(data: bytes) -> None:
    assert protocol.cobs_decode(protocol.cobs_encode(data)) == data


def test_every_flipped_bit_is_refused(c_frames: ctypes.CDLL) -> None:
    encoded = protocol.encode_frame(Frame(3, 0x1234, bytes(range(0, 250, 7)) * 8))[1:-1]
    for bit in range(8 * len(encoded)):
        damaged = bytearray(encoded)
        damaged[bit // 8] ^= 1 << bit % 8
        assert protocol.decode_frame(bytes(damaged)) is None
        assert c_decode(c_frames, bytes(damaged)) is None


@given(frames=st.lists(FRAMES, max_size=3), cuts=st.lists(st.integers(0, 4000), max_size=6))
def test_decoder_takes_any_cut(frames: list[Frame], cuts: list[int]) -> None:
    wire = b"".join(map(protocol.encode_frame, frames))
    edges = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    decoder = FrameDecoder()
    pieces = (wire[start:end] for start, end in zip(edges, edges[1:], strict=False))
    assert [frame for piece in pieces for frame in decoder.feed(piece)] == frames
    assert decoder.damaged == 0


@given(noise=st.binary(max_size=300), frame=FRAMES)
def test_decoder_finds_the_frame_after_noise(noise: bytes, frame: Frame) -> None:
    decoder = FrameDecoder()
    decoder.feed(noise)
    assert decoder.feed(protocol.encode_frame(frame))[-1] == frame


def test_endless_noise_takes_bounded_memory() -> None:
    decoder = FrameDecoder()
    for _ in range(200):
        decoder.feed(b"x" * 1000)
    assert decoder.damaged >= 2
    assert len(decoder.noise) == protocol.NOISE_KEPT_BYTES


def test_status_values_are_those_of_c() -> None:
    header = (runtime_dir() / "status.h").read_text()
    listed = re.findall(r"X\((\w+), (-?\d+), ", header)
    assert {name: int(value) for name, value in listed} == {
        status.name: status.value for status in Status
    }


def test_request_types_are_those_of_c_and_of_the_page() -> None:
    header = (runtime_dir() / "device.h").read_text()
    page = (Path(__file__).parent.parent / "docs" / "PROTOCOL.md").read_text()
    expected = {request.name: request.value for request in Request}
    in_c = re.findall(r"MCUGEN_(\w+) = (0x[0-9A-F]+)", header)
    on_page = [(name, value) for value, name in re.findall(r"\| (0x\w\w) \| (\w+) \|", page)]
    for listed in (in_c, on_page):
        assert {name: int(value, 16) for name, value in listed} == expected


def test_push_reply() -> None:
    payload = struct.pack("<HHHHfI", 2, 1, 9, 1, 0.5, 4) + struct.pack("<II", 10, 20)
    reply = protocol.parse_push_reply(payload + struct.pack("<IfQ", 3, 0.25, 1 << 40))
    assert reply.row_ticks == (10, 20)
    assert reply.windows == (protocol.Window(3, 0.25, 1 << 40),)
    assert (reply.taken, reply.ended, reply.clip_score, reply.clip_windows) == (9, True, 0.5, 4)
    with pytest.raises(ProtocolError, match="2 rows, 1 windows"):
        protocol.parse_push_reply(payload)


def test_identity_reads_unknown_keys_and_absent_clock() -> None:
    text = "model=a=b\nnew_key=1\nno equals sign\n"
    identity = protocol.parse_identity(struct.pack("<HHQII", 1, 2048, 0, 640, 10) + text.encode())
    assert identity.ticks_per_second is None
    assert identity.facts == {"model": "a=b", "new_key": "1"}
    assert identity.fact("board") == ""


def test_stack_that_is_not_measured_is_none() -> None:
    assert protocol.parse_stats(struct.pack("<7I", 0, 1, 2, 3, 4, 5, 6)).stack_used_bytes is None
    assert protocol.parse_stats(struct.pack("<7I", 9, 1, 2, 3, 4, 5, 6)).stack_used_bytes == 9


@pytest.mark.parametrize(
    "parse",
    [
        protocol.parse_identity,
        protocol.parse_push_reply,
        protocol.parse_stats,
        protocol.parse_error,
    ],
)
def test_short_payloads_are_refused(parse: object) -> None:
    with pytest.raises(ProtocolError):
        parse(b"")  # type: ignore[operator]


@given(payload=st.binary(max_size=80))
def test_any_payload_is_parsed_or_refused(payload: bytes) -> None:
    parsers = (
        protocol.parse_identity,
        protocol.parse_push_reply,
        protocol.parse_ticks,
        protocol.parse_stats,
        protocol.parse_error,
    )
    for parse in parsers:
        try:
            parse(payload)
        except ProtocolError:
            continue
