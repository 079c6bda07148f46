# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The client against scripted devices, in a time of its own: nothing here waits."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest

from mcugen import protocol
from mcugen.boards import find_board
from mcugen.device.client import Client
from mcugen.device.identity import change_rate
from mcugen.errors import ConfigError, DeviceError
from mcugen.protocol import Frame, FrameDecoder, Request, Source, Status, What

Answer = Callable[[Frame], bytes]


class ScriptedLink:
    """Answers each request with what a function returns; its clock moves only while it waits."""

    name = "/dev/ttyTEST0"

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.now = 0.0
        self.requests: list[Frame] = []
        self.baud = 115200
        self._decoder = FrameDecoder()
        self._ready = b""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            self.requests.append(frame)
            self._ready += self.answer(frame)

    def read(self, count: int, deadline: float) -> bytes:
        data, self._ready = self._ready[:count], self._ready[count:]
        if not data:
            self.now = max(self.now, deadline)
        return data

    def set_baud(self, baud: int) -> None:
        self.baud = baud


def reply(request: Frame, payload: bytes = b"") -> bytes:
    return protocol.encode_frame(Frame(request.type | 0x80, request.sequence, payload))


def refusal(request: Frame, status: Status) -> bytes:
    payload = struct.pack("<b", status) + b"some text"
    return protocol.encode_frame(Frame(0xFF, request.sequence, payload))


def client_of(answer: Answer) -> tuple[Client, ScriptedLink]:
    link = ScriptedLink(answer)
    return Client(link, session=0xFFFF, clock=lambda: link.now), link


def test_silent_device_is_told_after_the_deadline() -> None:
    client, link = client_of(lambda request: b"")
    with pytest.raises(DeviceError, match=r"/dev/ttyTEST0: no answer to HELLO in 10 s \(\d+ att"):
        client.hello()
    assert link.now == pytest.approx(10.0)
    assert 4 <= len(link.requests) <= 12
    assert len({request.sequence for request in link.requests}) == 1


def test_garbage_is_shown() -> None:
    client, _ = client_of(lambda request: b"Login: \xff\xfe")
    with pytest.raises(DeviceError, match="unframed bytes, last: .*Login"):
        client.hello()


def test_fault_of_the_firmware_is_told_at_once() -> None:
    client, link = client_of(lambda request: b"\0mcugen fatal: stack overflow\r\n\0")
    with pytest.raises(DeviceError, match="stopped: stack overflow"):
        client.stats()
    assert link.now == 0.0


def test_lost_request_is_repeated_with_the_same_sequence() -> None:
    answers = iter([b"", b"", None])

    def answer(request: Frame) -> bytes:
        lost = next(answers)
        return reply(request) if lost is None else lost

    client, link = client_of(answer)
    client.reset()
    assert [request.sequence for request in link.requests] == [0, 0, 0]  # 0xFFFF + 1 wraps
    assert client.counters.repeats == 2


def test_late_and_foreign_replies_are_dropped() -> None:
    def answer(request: Frame) -> bytes:
        old = Frame(request.type, (request.sequence - 1) & 0xFFFF, b"")
        other = Frame(Request.HELLO, request.sequence, b"")
        return reply(old) + refusal(old, Status.OUT_OF_ORDER) + reply(other) + reply(request)

    client, _ = client_of(answer)
    client.reset()
    assert client.counters.replies_late == 3
    assert client.counters.repeats == 0


def test_restart_is_told() -> None:
    client, _ = client_of(lambda request: refusal(request, Status.OUT_OF_ORDER))
    with pytest.raises(DeviceError, match="reset"):
        client.stats()


def test_refusal_names_request_and_text() -> None:
    client, _ = client_of(lambda request: refusal(request, Status.NOT_READY))
    with pytest.raises(DeviceError, match="INFER refused: some text"):
        client.infer(0, 1)


def test_other_protocol_version_is_refused() -> None:
    identity = struct.pack("<HHQII", 2, 512, 0, 1, 1)
    client, _ = client_of(lambda request: reply(request, identity))
    with pytest.raises(DeviceError, match="protocol version 2"):
        client.hello()


def test_push_goes_on_where_the_device_stopped_taking() -> None:
    taken: list[bytes] = []

    def answer(request: Frame) -> bytes:
        flags, data = request.payload[1], request.payload[2:]
        taken.append(data[:3])
        # Takes 3 bytes at a time; after the last of them one more request for padding.
        ended = flags == 1 and not data
        row = struct.pack("<I", 1)
        return reply(request, struct.pack("<HHHHfI", 1, 0, len(data[:3]), ended, 0, 0) + row)

    client, _ = client_of(answer)
    replies = list(client.push(Source.PCM, b"abcdefgh", end=True, chunk_bytes=5))
    assert taken == [b"abc", b"de", b"fgh", b""], "no request goes on behind a multiple of 5"
    assert [reply.ended for reply in replies] == [False, False, False, True]


def test_push_to_a_device_that_takes_nothing_ends() -> None:
    payload = struct.pack("<HHHHfI", 0, 0, 0, 0, 0, 0)
    client, _ = client_of(lambda request: reply(request, payload))
    with pytest.raises(DeviceError, match="took 0 of 8 bytes"):
        list(client.push(Source.INT8, bytes(8), end=True))
    with pytest.raises(DeviceError, match="does not end the clip"):
        list(client.push(Source.INT8, b"", end=True))


def test_read_of_a_tensor_that_is_too_small_ends() -> None:
    client, _ = client_of(lambda request: reply(request, b""))
    with pytest.raises(DeviceError, match="only 0 bytes"):
        client.read(What.OUTPUT, 640)


def test_baud_changes_when_the_answer_comes_at_the_new_rate() -> None:
    link = ScriptedLink(lambda request: reply(request) if link.baud == 921600 else b"")
    client = Client(link, session=1, clock=lambda: link.now)
    assert client.set_baud(115200, 921600) == 921600
    assert link.baud == 921600


def test_a_device_that_went_back_to_the_old_rate_is_met_there() -> None:
    """The line carries nothing at the new rate; the third attempt, at the old one, is answered."""
    link = ScriptedLink(
        lambda request: reply(request) if link.baud == 115200 and len(link.requests) > 2 else b""
    )
    client = Client(link, session=1, clock=lambda: link.now)
    assert client.set_baud(115200, 921600) == 115200
    assert link.baud == 115200


def test_a_rate_is_asked_for_in_words() -> None:
    board = replace(find_board("host"), baud=115200, max_baud=921600)
    client, link = client_of(reply)
    assert change_rate(client, board, 921600).startswith("stays at 115200 baud: the line")
    assert change_rate(client, board, 115200) == "at 115200 baud"
    client, link = client_of(lambda request: refusal(request, Status.UNSUPPORTED))
    assert "stays at 115200 baud" in change_rate(client, board, 921600)
    assert link.baud == 115200
    for wanted in (9600, 1_000_000):
        with pytest.raises(ConfigError, match="115200 to 921600 baud"):
            change_rate(client, board, wanted)


def test_baud_stays_when_the_device_refuses_or_is_lost() -> None:
    client, link = client_of(lambda request: refusal(request, Status.UNSUPPORTED))
    with pytest.raises(DeviceError, match="SET_BAUD refused"):
        client.set_baud(115200, 921600)
    assert link.baud == 115200
    client, link = client_of(lambda request: b"")
    with pytest.raises(DeviceError, match="no answer"):
        client.set_baud(115200, 921600)
    assert link.baud == 115200
