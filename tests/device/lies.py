# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Lies of a device, and what is said of each; nothing where it changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from mcugen import protocol
from mcugen.protocol import Frame, PushReply, Request
from mcugen.transport.link import Link
from tests.device.lying_device import (
    BYTE_S,
    ESCAPES,
    Drip,
    Flood,
    Lie,
    Noise,
    Pulled,
    Table,
    after,
    encode_push_reply,
    every,
    fact_says,
    out_of_order,
    push_says,
    put,
    refuses,
    says,
    silence,
    twice,
    windows_say,
)
from tests.device.simulated_device import Clock

NAN, INFINITY = math.nan, math.inf


U32, U64 = 2**32 - 1, 2**64 - 1


def _one_more_window(reply: PushReply) -> PushReply:
    extra = protocol.Window(U32, 1.0, 1)
    return replace(reply, windows=(*reply.windows, extra), row_ticks=(*reply.row_ticks, 1))


def _taking(count: int, rows: int, *, ended: bool = False) -> Lie:
    return says(lambda payload: encode_push_reply(PushReply(count, ended, 0.0, 0, (1,) * rows, ())))


HELLO: Table = {
    "speaks version 65535": (Request.HELLO, put(0, "<H", 65535), "protocol version 65535"),
    "takes no payload": (Request.HELLO, put(2, "<H", 0), "payloads of 0 bytes"),
    "takes one byte": (Request.HELLO, put(2, "<H", 1), "payloads of 1 bytes"),
    "takes two bytes": (Request.HELLO, put(2, "<H", 2), "payloads of 2 bytes"),
    "takes 511 bytes": (Request.HELLO, put(2, "<H", 511), "payloads of 511 bytes"),
    "has no input": (Request.HELLO, put(12, "<I", 0), "inputs have 0 bytes on the device, 16"),
    "has a vast input": (Request.HELLO, put(12, "<I", U32), "inputs have 4294967295 bytes"),
    "has no output": (Request.HELLO, put(16, "<I", 0), "output has 0 bytes on the device, 16"),
    "has one output more": (Request.HELLO, put(16, "<I", 17), "output has 17 bytes"),
    "instructions are a time": (Request.HELLO, put(4, "<Q", 10**9), "do not go with ticks"),
    "ticks are too fast": (Request.HELLO, put(4, "<Q", U64), "do not go with ticks"),
    "nanoseconds are no time": (
        Request.HELLO,
        fact_says("tick_unit", b"nanoseconds"),
        "0 ticks a second do not go with ticks that are 'nanoseconds'",
    ),
    "counts bananas": (Request.HELLO, fact_says("tick_unit", b"bananas"), "bananas"),
    "has a short identity": (Request.HELLO, says(lambda it: it[:19]), "identity of 19 bytes"),
    "has no identity": (Request.HELLO, says(lambda it: b""), "identity of 0 bytes"),
    "says too much": (
        Request.HELLO,
        fact_says("flags", b"-O2 " * 2000),
        "a line of more than 4096 characters",
    ),
    "is another model": (Request.HELLO, fact_says("model", b"other"), "model is other on the"),
    "is another firmware": (Request.HELLO, fact_says("firmware_sha256", b"00"), "another firmw"),
    "escapes in the hash": (
        Request.HELLO,
        fact_says("firmware_sha256", ESCAPES),
        "control characters",
    ),
    "escapes in the compiler": (
        Request.HELLO,
        fact_says("compiler", ESCAPES),
        "control characters",
    ),
    "turns text round": (
        Request.HELLO,
        fact_says("compiler", "\u202egcc".encode()),
        "control characters",
    ),
    "a compiler in latin-1": (Request.HELLO, fact_says("compiler", b"caf\xe9"), ""),
}


PUSH: Table = {
    "scores are NaN": (
        Request.PUSH,
        windows_say(lambda window: replace(window, score=NAN)),
        "gave the score nan to window 0",
    ),
    "scores are infinite": (
        Request.PUSH,
        windows_say(lambda window: replace(window, score=INFINITY)),
        "gave the score inf",
    ),
    "scores are negative": (
        Request.PUSH,
        windows_say(lambda window: replace(window, score=-1.0)),
        "gave the score -1.0",
    ),
    "the clip's score is NaN": (Request.PUSH, put(8, "<f", NAN), "mean score nan"),
    "the clip's score is infinite": (Request.PUSH, put(8, "<f", INFINITY), "mean score inf"),
    "the clip's score is another": (Request.PUSH, put(8, "<f", 12345.0), "mean score 12345"),
    "the clip has other windows": (Request.PUSH, put(12, "<I", 1000), "counts 1000 windows"),
    "windows are numbered 2^32-1": (
        Request.PUSH,
        windows_say(lambda window: replace(window, index=U32)),
        "made window 4294967295 after 0",
    ),
    "windows are numbered from 1": (
        Request.PUSH,
        windows_say(lambda window: replace(window, index=window.index + 1)),
        "made window 1 after 0",
    ),
    "windows come twice": (
        Request.PUSH,
        push_says(lambda reply: replace(reply, windows=2 * reply.windows)),
        "windows of",
    ),
    "windows are left out": (
        Request.PUSH,
        push_says(lambda reply: replace(reply, windows=(), clip_windows=0, clip_score=0.0)),
        "made 0 windows, the clip has 36",
    ),
    "one window more": (Request.PUSH, push_says(_one_more_window), "made window 4294967295"),
    "ticks are 2^64-1": (
        Request.PUSH,
        windows_say(lambda window: replace(window, ticks=U64)),
        "counts 18446744073709551615 ticks",
    ),
    "the counter stands still": (
        Request.PUSH,
        windows_say(lambda window: replace(window, ticks=0)),
        "stands still",
    ),
    "rows saturate": (
        Request.PUSH,
        push_says(lambda reply: replace(reply, row_ticks=(U32,) * len(reply.row_ticks))),
        "32-bit tick count of a row",
    ),
    "rows are left out": (
        Request.PUSH,
        push_says(lambda reply: replace(reply, row_ticks=reply.row_ticks[:-1])),
        "(windows of|made [0-9]+ rows, the clip has|took 0 of|took [0-9]+ of)",
    ),
    "takes nothing": (Request.PUSH, _taking(0, 0), "took 0 of"),
    "takes nothing, makes rows": (Request.PUSH, _taking(0, 1), "more than the 51 rows"),
    "takes one byte": (Request.PUSH, _taking(1, 0), "took 1 of"),
    "takes one byte, makes rows": (Request.PUSH, _taking(1, 1), "more than the 51 rows"),
    "takes more than it got": (Request.PUSH, put(4, "<H", 65535), "took 65535 of"),
    "does not end the clip": (
        Request.PUSH,
        push_says(lambda reply: replace(reply, ended=False)),
        "(does not end the clip|took 0 of 0 bytes)",
    ),
    "ends the clip early": (Request.PUSH, put(6, "<H", 1), "ended the clip before its end"),
    "a short reply": (Request.PUSH, says(lambda it: it[:7]), "push reply of 7 bytes"),
    "a reply too long": (Request.PUSH, says(lambda it: it + b"\0"), "push reply of .* bytes for"),
    "65535 rows": (Request.PUSH, put(0, "<H", 65535), "for 65535 rows"),
    "an empty reply": (Request.PUSH, says(lambda it: b""), "push reply of 0 bytes"),
}


OTHERS: Table = {
    "RESET gives bytes": (Request.RESET, says(lambda it: b"done"), "answered RESET with 4 bytes"),
    "tensors too long": (Request.READ, says(lambda it: it + b"x" * 100), "gave 116 bytes where"),
    "tensors too short": (Request.READ, says(lambda it: it[:1]), "has only 1 bytes, 16 expected"),
    "no tensors": (Request.READ, says(lambda it: b""), "has only 0 bytes, 16 expected"),
    "few ticks": (Request.INFER, says(lambda it: it[:-4]), "0 tick counts for 1 inferences"),
    "no ticks": (Request.INFER, says(lambda it: b""), "gave 0 tick counts"),
    "many ticks": (Request.INFER, says(lambda it: 2 * it), "gave 2 tick counts for 1"),
    "half a tick": (Request.INFER, says(lambda it: it + b"x"), "5 bytes are no list"),
    "zero ticks": (Request.INFER, put(0, "<I", 0), "stands still"),
    "ticks saturate": (Request.INFER, put(0, "<I", U32), "32-bit tick count of an inference"),
    "statistics of ones": (Request.STATS, says(lambda it: b"\xff" * 28), "an arena of 4294967295"),
    "a vast stack": (Request.STATS, put(0, "<I", U32), "a stack of 4294967295 bytes"),
    "a small arena": (Request.STATS, put(8, "<I", 16), "uses 192 bytes of an arena of 16"),
    "another arena": (Request.STATS, put(8, "<I", 4096), "arena of 4096 bytes, the build one"),
    "short statistics": (Request.STATS, says(lambda it: it[:27]), "statistics of 27 bytes"),
    "long statistics": (Request.STATS, says(lambda it: it + b"\0"), "statistics of 29 bytes"),
    "an empty error": (Request.PUSH, refuses(b""), "empty error reply"),
    "an error that is none": (Request.PUSH, refuses(b"\0fine"), "an error that is none"),
    "an unknown error": (Request.PUSH, refuses(b"\x80what"), "PUSH refused: what"),
    "an error with escapes": (
        Request.PUSH,
        refuses(b"\xfd" + ESCAPES + b"\nerror: second line"),
        r"PUSH refused: \\x1b\]0;owned\\x07\\x1b\[31m\\nerror: second line",
    ),
    "a long error": (Request.PUSH, refuses(b"\xfd" + b"w" * 500), r"refused: w{120}\.\.\.$"),
    "is restarted": (Request.PUSH, after(3, out_of_order), "the device was reset"),
    "stops": (
        Request.PUSH,
        lambda frame: b"\0mcugen fatal: stack \x1b[31moverflow\r\n\0",
        r"the firmware stopped: stack \\x1b\[31moverflow",
    ),
}


DELIVERY: Table = {
    "answers with another sequence": (
        None,
        lambda frame: protocol.encode_frame(replace(frame, sequence=frame.sequence ^ 1)),
        "no answer to HELLO in 10 s",
    ),
    "answers another request": (
        None,
        lambda frame: protocol.encode_frame(replace(frame, type=0x80 | (frame.type + 1) & 0x7F)),
        "no answer to HELLO in 10 s",
    ),
    "answers without a CRC": (
        None,
        lambda frame: protocol.encode_frame(frame)[:-3] + b"\1\0",
        "no answer to HELLO in 10 s; received only unframed",
    ),
    "is silent": (None, silence, "no answer to HELLO in 10 s"),
    "falls silent": (None, after(5, silence), "no answer to PUSH in 10 s"),
    "answers twice": (None, twice, ""),
    "answers every second time": (None, every(2, silence), ""),
    "talks before it answers": (
        None,
        lambda frame: b"\1junk\0" * 300 + protocol.encode_frame(frame),
        "",
    ),
}


POLICIES: Table = {
    f"{request}: {name}": policy
    for request, table in (("hello", HELLO), ("push", PUSH), ("", OTHERS), ("", DELIVERY))
    for name, policy in table.items()
}


LINKS: dict[str, tuple[Callable[[Link, Clock], Link], str]] = {
    "noise without a zero": (
        lambda it, clock: Noise(it, clock, b"\x55" * 4096),
        "only unframed bytes",
    ),
    "only zeros": (lambda it, clock: Noise(it, clock, b"\0" * 4096), "no answer to HELLO"),
    "noise with zeros": (
        lambda it, clock: Noise(it, clock, b"a\0bc" * 1024),
        "only unframed bytes",
    ),
    "old replies for ever": (
        lambda it, clock: Noise(it, clock, protocol.encode_frame(Frame(0x81, 7, b"x" * 64))),
        "no answer to HELLO in 10 s",
    ),
    "noise between replies": (lambda it, clock: Flood(it, clock, b"\0noise\0"), ""),
    "a byte now and then": (lambda it, clock: Drip(it, clock, 10 * BYTE_S), ""),
    "disconnects at once": (lambda it, clock: Pulled(it, clock, 0), "liar is gone"),
    "disconnects in a clip": (lambda it, clock: Pulled(it, clock, 4), "liar is gone"),
    "a byte a second": (lambda it, clock: Drip(it, clock, 1.0), "no answer to HELLO in 10 s"),
}
