# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The MLPerf Tiny text dialect from the host's side: one command, its lines, `m-ready`.

Source: mlcommons/tiny, benchmark/runner. Works with any firmware of the dialect, not only ours.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcugen.errors import DataError, DeviceError
from mcugen.transport.link import Link

Clock = Callable[[], float]

UPLOAD_CHUNK_BYTES = 31  # as the official runner: fits the 80 characters of the reference firmware
UPLOAD_ATTEMPTS = 3  # the dialect has no checksum, but a lost character makes a command invalid
ANSWER_S = 5.0
INFERENCE_S = 30.0  # between the two time stamps
QUIET_S = 0.2
READ_BYTES = 4096
READY = "m-ready"

WINDOW_US = 10_000_000  # MLPerf Tiny rules: each timed window is at least 10 s
WINDOW_MARGIN = 1.05
PROBE_US = 200_000  # long enough that the resolution of a 1 kHz counter does not matter

LAP = re.compile(r"m-lap-us-([0-9]+)")
RESULTS = re.compile(r"m-results-\[([^\]]+)\]")
MODEL = re.compile(r"m-model-\[([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Inference:
    """One answered `infer`. `elapsed_us` is from the device's own counter."""

    iterations: int
    elapsed_us: int
    results: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Inferences in a second of that counter."""
        return self.iterations * 1e6 / self.elapsed_us

    @property
    def iterations_to_fill_window(self) -> int:
        """How many inferences as fast as these take 10 s, with 5 % to spare."""
        return math.ceil(self.iterations * WINDOW_US * WINDOW_MARGIN / self.elapsed_us)

    @property
    def is_long_enough(self) -> bool:
        """Whether the window may stand in a submission."""
        return self.elapsed_us >= WINDOW_US


class Dialect:
    """A device behind an open link, spoken to in text. Every failure is a DeviceError."""

    def __init__(self, link: Link, *, clock: Clock = time.monotonic) -> None:
        self._link = link
        self._clock = clock
        self._received = bytearray()

    def command(self, text: str, *, patience_s: float = ANSWER_S) -> tuple[str, ...]:
        """The lines of the answer without `m-ready`; silence of `patience_s` is an error, so is e-[]."""
        self._link.write(f"{text}%".encode("ascii"))
        lines: list[str] = []
        while not lines or READY not in lines[-1]:
            line = self._line(self._clock() + patience_s)
            if line is None:
                raise DeviceError(
                    f"{self._link.name}: no answer to `{_short(text)}` for {patience_s:g} s",
                    hint="check port and baud rate; a window must not take longer than 30 s",
                )
            if line:
                lines.append(line)
        answer = tuple(lines[:-1])
        errors = [line for line in answer if line.startswith("e-[")]
        if errors:
            raise DeviceError(
                f"{self._link.name}: `{_short(text)}` was answered by {' '.join(errors)}"
            )
        return answer

    def model_id(self) -> str:
        """The id the firmware runs as: `ad01`, `kws01`, ..."""
        return _find(MODEL, self.command("profile"), self._link.name)[0]

    def load(self, data: bytes) -> None:
        """Uploads one input; an upload that was damaged on the way is sent again from its start."""
        for attempt in range(1, UPLOAD_ATTEMPTS + 1):
            try:
                self._load(data)
                return
            except DeviceError:
                if attempt == UPLOAD_ATTEMPTS:
                    raise
                self._resynchronise()

    def infer(self, iterations: int, warmup: int) -> Inference:
        """Times `iterations` inferences on the loaded input after `warmup` others."""
        answer = self.command(f"infer {iterations} {warmup}", patience_s=INFERENCE_S)
        laps = _find(LAP, answer, self._link.name)
        if len(laps) < 2:
            raise DeviceError(f"{self._link.name}: only one m-lap-us- in the answer to infer")
        text = _find(RESULTS, answer, self._link.name)[0]
        results = _numbers(text)
        if not results or not all(map(math.isfinite, results)):
            raise DeviceError(f"{self._link.name}: results are not numbers: {text[:60]!r}")
        return Inference(iterations, max(int(laps[-1]) - int(laps[0]), 1), results)

    def _load(self, data: bytes) -> None:
        answer = self.command(f"db load {len(data)}")
        if not any(line.startswith("m-[Expecting") for line in answer):
            raise DataError(
                f"{self._link.name} does not take {len(data)} bytes: {' '.join(answer)}",
                hint="the data set is for another benchmark than this firmware",
            )
        for at in range(0, len(data), UPLOAD_CHUNK_BYTES):
            answer = self.command(f"db {data[at : at + UPLOAD_CHUNK_BYTES].hex()}")
        if "m-load-done" not in answer:
            raise DeviceError(f"{self._link.name}: {len(data)} bytes were sent, not all arrived")

    def _resynchronise(self) -> None:
        """Ends whatever command is half sent and forgets what is still being answered."""
        self._link.write(b"%")
        while self._link.read(READ_BYTES, self._clock() + QUIET_S):
            pass
        self._received.clear()

    def _line(self, deadline: float) -> str | None:
        while b"\n" not in self._received:
            data = self._link.read(READ_BYTES, deadline)
            if not data:
                return None
            self._received += data
        line, _, rest = bytes(self._received).partition(b"\n")
        self._received = bytearray(rest)
        return line.decode("utf-8", "replace").strip("\r\0")


def iterations_for_window(dialect: Dialect) -> int:
    """How many inferences fill a window of 10 s by the device's counter.

    The input must be loaded. Doubles a short run until it is long enough to be measured.
    """
    iterations = 1
    while True:
        probe = dialect.infer(iterations, 0)
        if probe.elapsed_us >= PROBE_US:
            return probe.iterations_to_fill_window
        iterations *= 2


def file_scores(dialect: Dialect, windows: Sequence[bytes]) -> tuple[tuple[float, ...], ...]:
    """The results of every window of a file, in order."""
    found = []
    for window in windows:
        dialect.load(window)
        found.append(dialect.infer(1, 0).results)
    return tuple(found)


def _find(pattern: re.Pattern[str], lines: Sequence[str], name: str) -> tuple[str, ...]:
    """What `pattern` captures in the lines; DeviceError when no line matches."""
    matches = tuple(match[1] for line in lines if (match := pattern.fullmatch(line)))
    if not matches:
        raise DeviceError(f"{name}: no {pattern.pattern} in the answer {' '.join(lines)[:80]!r}")
    return matches


def _numbers(text: str) -> tuple[float, ...]:
    """Comma-separated numbers, empty items left out; nothing where one is no number."""
    try:
        return tuple(float(item) for item in text.split(",") if item)
    except ValueError:
        return ()


def _short(command: str) -> str:
    return command if len(command) <= 20 else f"{command[:17]}..."
