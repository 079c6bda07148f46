# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""No device of the MLPerf Tiny text dialect, ours or another's, hangs the host or is believed blindly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from mcugen.device.mlperf import INFERENCE_S, Dialect, iterations_for_window
from mcugen.device.mlperf_run import find_samples
from mcugen.errors import DeviceError, McugenError
from mcugen.foreign_text import one_line
from tests.device.simulated_device import Clock

BYTE_S = 1 / 11_520
LONGEST_S = 4 * INFERENCE_S
Script = Callable[[str], Iterator[bytes]]
"""A command -> the pieces of the answer, which need not end. b"" is a second of silence."""


class ScriptedDevice:
    """Answers every command with what the script gives."""

    name = "text"

    def __init__(self, clock: Clock, script: Script, byte_s: float = BYTE_S) -> None:
        self.clock, self.script, self.byte_s = clock, script, byte_s
        self.commands: list[str] = []
        self._pieces: Iterator[bytes] = iter(())

    def open(self) -> None: ...

    def close(self) -> None: ...

    def set_baud(self, baud: int) -> None: ...

    def write(self, data: bytes) -> None:
        self.commands.append(data.decode("ascii").rstrip("%"))
        self._pieces = self.script(self.commands[-1])

    def read(self, count: int, deadline: float) -> bytes:
        while self.clock.now < deadline:
            piece = next(self._pieces, None)
            if piece is None:
                self.clock.now = deadline
            elif not piece:
                self.clock.now = min(deadline, self.clock.now + 1.0)
            else:
                self.clock.now += len(piece) * self.byte_s
                return piece
        return b""


def endless(piece: bytes) -> Script:
    return lambda command: (piece for _ in count())


def answer(*lines: str) -> Script:
    text = "".join(f"{line}\r\n" for line in (*lines, "m-ready"))
    return lambda command: iter([text.encode()])


def inferred(first: object, last: object, results: str = "1.0") -> Script:
    return answer(
        "m-warmup-done", f"m-lap-us-{first}", f"m-lap-us-{last}", f"m-results-[{results}]"
    )


def slow_lines(command: str) -> Iterator[bytes]:
    """A line within the patience, for ever."""
    for _ in count():
        yield from (b"",) * int(INFERENCE_S - 2)
        yield b"m-still-here\r\n"


def name(dialect: Dialect, clock: Clock) -> object:
    return dialect.command("name")


def model(dialect: Dialect, clock: Clock) -> object:
    return dialect.model_id()


def infer(dialect: Dialect, clock: Clock) -> object:
    return dialect.infer(1, 0)


def load(dialect: Dialect, clock: Clock) -> object:
    return dialect.load(bytes(48))


def probe(dialect: Dialect, clock: Clock) -> object:
    return iterations_for_window(dialect)


@pytest.mark.parametrize(
    ("script", "call", "said"),
    [
        (endless(b"x" * 64), name, "only bytes without a line's end, the last: b'xxx"),
        (endless(b"x" * 64), infer, "only bytes without a line's end"),
        (endless(b"\0"), name, "no answer to `name` for 5 s"),
        (endless(b"\r\n"), name, "no answer to `name` for 5 s"),
        (endless(b"m-hello\r\n"), name, "`name` is answered (by more than|without m-ready)"),
        (endless(b"m-hello\r\n"), infer, "is answered by more than 10000 lines"),
        (endless(b"m-ready"), name, "only bytes without a line's end"),
        (slow_lines, infer, "`infer 1 0` is answered without m-ready; the last line: m-still"),
        (answer("\x1b]0;owned\x07"), model, r"no m-model.* in the answer '\\+x1b\]0;owned\\+x07'"),
        (answer("e-[\x1b[31mred\x1b[0m]"), name, r"answered by e-\[\\x1b\[31mred\\x1b\[0m\]"),
        (answer("e-[" + "w" * 5000 + "]"), name, r"answered by e-\[w{157}$"),
        (answer(), model, "no m-model"),
        (inferred(10, 9), infer, "microseconds went from 10 to 9"),
        (inferred(0, 2**64 - 1), infer, "microseconds went from 0 to 18446744073709551615"),
        (inferred(0, "1" * 30), infer, "only one m-lap-us-"),
        (inferred(0, "-1"), infer, "only one m-lap-us-"),
        (answer("m-lap-us-1", "m-lap-us-2", "m-lap-us-3"), infer, "3 m-lap-us- in the answer"),
        (inferred(1, 2, "nan"), infer, "results are not numbers"),
        (inferred(1, 2, "1e999"), infer, "results are not numbers"),
        (inferred(1, 2, "1.0,inf"), infer, "results are not numbers"),
        (inferred(1, 2, "\x1b[2J"), infer, "results are not numbers"),
        (answer("m-lap-us-1", "m-lap-us-2"), infer, "no m-results"),
        (inferred(5, 5), probe, "counter stands still: 1 us for .* inferences"),
        (inferred(5, 100_000), probe, "counter stands still: 99995 us"),
        (endless(b"db "), load, "does not stop answering for 2 s"),
        (answer("m-[Expecting 48 bytes]"), load, "48 bytes were sent, not all arrived"),
        (answer("nothing \x07"), load, r"does not take 48 bytes: nothing \\x07"),
    ],
)
def test_a_lie_ends_in_one_clear_line(
    script: Script, call: Callable[[Dialect, Clock], object], said: str
) -> None:
    clock = Clock()
    dialect = Dialect(ScriptedDevice(clock, script), clock=clock)
    with pytest.raises(McugenError, match=said) as caught:
        call(dialect, clock)
    assert one_line(caught.value.what) == caught.value.what
    assert clock.now < LONGEST_S
    assert isinstance(caught.value, DeviceError) or call is load


def test_a_line_has_an_end() -> None:
    clock = Clock()
    dialect = Dialect(ScriptedDevice(clock, endless(b"x" * 8192), byte_s=1e-6), clock=clock)
    with pytest.raises(DeviceError, match="a line of more than 1000000 bytes"):
        dialect.infer(1, 0)


def test_a_device_with_a_slow_counter_is_measured() -> None:
    """One that counts whole milliseconds, and takes 50 us for an inference."""
    clock = Clock()

    def script(command: str) -> Iterator[bytes]:
        milliseconds = int(command.split()[1]) * 50 // 1000
        return inferred(0, milliseconds * 1000)(command)

    device = ScriptedDevice(clock, script)
    found = iterations_for_window(Dialect(device, clock=clock))
    assert found == pytest.approx(10e6 * 1.05 / 50, rel=0.01)


@pytest.mark.parametrize("model_id", ["../other", "/tmp", "..", "a/../../other", "\\..\\other"])
def test_the_name_of_a_model_leads_to_no_other_folder(model_id: str, tmp_path: Path) -> None:
    for name in ("data", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "other" / "y_labels.csv").write_text("a.bin,2,0\n")
    (tmp_path / "other" / "a.bin").write_bytes(b"\0" * 12)
    assert len(find_samples(tmp_path, "other")) == 1
    with pytest.raises(McugenError):
        find_samples(tmp_path / "data", model_id)
