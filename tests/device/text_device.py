# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device of the MLPerf Tiny text dialect behind an in-memory link that can fail in many ways.

Written from the reference firmware's documentation, not from runtime/. Time is simulated: an empty
read takes the clock to its deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.device.simulated_device import Clock

Answer = Callable[[bytes], str]


@dataclass
class TextDevice:
    """Answers `infer` with `results(upload)`; a `fault` may change what arrives or is answered."""

    clock: Clock
    input_bytes: int
    results: Answer
    model_id: str = "ad01"
    microseconds: int = 7000
    fault: Callable[[int, str], str | None] = lambda number, command: command  # None: lost
    replace: dict[str, str] = field(default_factory=dict)  # text of an answer -> another
    name: str = "text device"
    commands: list[str] = field(default_factory=list)
    _begun: str = ""
    _output: bytes = b""
    _upload: bytes = b""
    _expected: int = 0

    def open(self) -> None: ...

    def close(self) -> None: ...

    def set_baud(self, baud: int) -> None: ...

    def write(self, data: bytes) -> None:
        *commands, self._begun = (self._begun + data.decode("ascii")).split("%")
        for command in commands:
            self.commands.append(command)
            arrived = self.fault(len(self.commands), command)
            if arrived is not None:
                answer = self._answer(arrived) + "m-ready\r\n"
                for old, new in self.replace.items():
                    answer = answer.replace(old, new)
                self._output += answer.encode()

    def read(self, count: int, deadline: float) -> bytes:
        data, self._output = self._output[:3], self._output[3:]  # lines arrive in pieces
        if not data:
            self.clock.now = max(self.clock.now, deadline)
        return data

    def _answer(self, command: str) -> str:
        match command.split():
            case ["profile"]:
                return f"m-profile-[a firmware]\r\nm-model-[{self.model_id}]\r\n"
            case ["db", "load", count]:
                return self._load(int(count))
            case ["db", digits]:
                return self._take(digits)
            case ["infer", iterations, warmup]:
                return self._infer(int(iterations), int(warmup))
            case []:
                return ""
        return f"e-[Unknown command: {command}]\r\n"

    def _load(self, count: int) -> str:
        if count > self.input_bytes:
            return f"Supplied buffer size {count} exceeds maximum of {self.input_bytes}\r\n"
        self._upload, self._expected = b"", count
        return f"m-[Expecting {count} bytes]\r\n"

    def _take(self, digits: str) -> str:
        if len(digits) % 2:
            return "e-[Insufficent number of hex digits]\r\n"
        self._upload += bytes.fromhex(digits)
        return "m-load-done\r\n" if len(self._upload) >= self._expected else ""

    def _infer(self, iterations: int, warmup: int) -> str:
        end = 1000 + iterations * self.microseconds
        return (
            f"m-warmup-start-{warmup}\r\nm-warmup-done\r\nm-infer-start-{iterations}\r\n"
            f"m-lap-us-1000\r\nm-lap-us-{end}\r\nm-infer-done\r\n"
            f"m-results-[{self.results(self._upload)}]\r\n"
        )
