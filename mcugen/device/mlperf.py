# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The MLPerf Tiny text dialect from the host's side: one command, its lines, `m-ready`.

Source: mlcommons/tiny, benchmark/runner. Works with any firmware of the dialect, not only ours. Every
answer ends: in time, in lines and in their length. Its words are made safe to show.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcugen.errors import DataError, DeviceError
from mcugen.foreign_text import one_line
from mcugen.transport.link import Link

Clock = Callable[[], float]

UPLOAD_CHUNK_BYTES = 31  # as the official runner: fits the 80 characters of the reference firmware
UPLOAD_ATTEMPTS = 3  # the dialect has no checksum, but a lost character makes a command invalid
ANSWER_S = 5.0
INFERENCE_S = 30.0  # between the two time stamps
QUIET_S = 0.2
NOISE_S = 2.0  # how long a device may go on answering what was damaged
READ_BYTES = 4096
WORDS_SHOWN = 160  # characters shown of what a device sent
LARGEST_US = 2**63
LONGEST_LINE = 1_000_000  # bytes: results of a model with 100,000 outputs
MOST_LINES = 10_000  # of an answer: `db print` gives 8 bytes a line
WAITS = 3  # of an answer: for the warm-up, the timed inferences, the results
READY = "m-ready"

WINDOW_US = 10_000_000  # MLPerf Tiny rules: each timed window is at least 10 s
WINDOW_MARGIN = 1.05
PROBE_US = 200_000  # long enough that the resolution of a 1 kHz counter does not matter
MOST_PROBED = 2**30  # inferences: above what the firmware counts
STANDS_STILL_S = 10.0  # a counter that has not come to PROBE_US in this time does not count

LAP = re.compile(r"m-lap-us-([0-9]{1,20})")
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

    def __init__(self, link: Link, *, clock: Clock | None = None) -> None:
        self._link = link
        self.clock = clock or link.clock
        self._received = bytearray()

    def command(self, text: str, *, patience_s: float = ANSWER_S) -> tuple[str, ...]:
        """The lines of the answer without `m-ready`; an e-[] in it is an error, so is silence of
        `patience_s`, and an answer that has not ended after WAITS times that."""
        self._link.write(f"{text}%".encode("ascii"))
        lines: list[str] = []
        ends = self.clock() + WAITS * patience_s
        while not lines or READY not in lines[-1]:
            line = self._line(min(self.clock() + patience_s, ends))
            if line is None:
                raise self._no_answer(text, patience_s, lines)
            if line:
                lines.append(line)
            if len(lines) > MOST_LINES:
                raise self._fault(f"`{_short(text)}` is answered by more than {MOST_LINES} lines")
        answer = tuple(lines[:-1])
        errors = [line for line in answer if line.startswith("e-[")]
        if errors:
            raise self._fault(f"`{_short(text)}` was answered by {_shown(errors)}")
        return answer

    def _no_answer(self, text: str, patience_s: float, lines: Sequence[str]) -> DeviceError:
        what = f"no answer to `{_short(text)}` for {patience_s:g} s"
        if lines:
            what = (
                f"`{_short(text)}` is answered without m-ready; the last line: {_shown(lines[-1:])}"
            )
        elif self._received:
            what += f", only bytes without a line's end, the last: {bytes(self._received[-40:])!r}"
        return DeviceError(
            f"{self._link.name}: {what}",
            hint="check port and baud rate; a window must not take longer than 30 s",
        )

    def _fault(self, what: str) -> DeviceError:
        return DeviceError(f"{self._link.name}: {what}")

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
        if len(laps) != 2:
            count = "only one" if len(laps) == 1 else str(len(laps))
            raise self._fault(f"{count} m-lap-us- in the answer to infer, not two")
        text = _find(RESULTS, answer, self._link.name)[0]
        results = _numbers(text)
        if not results or not all(map(math.isfinite, results)):
            raise self._fault(f"results are not numbers: {text[:60]!r}")
        before, after = (int(lap) for lap in laps)
        if not before <= after < LARGEST_US:
            raise self._fault(f"the microseconds went from {before} to {after}")
        return Inference(iterations, max(after - before, 1), results)

    def _load(self, data: bytes) -> None:
        answer = self.command(f"db load {len(data)}")
        if not any(line.startswith("m-[Expecting") for line in answer):
            raise DataError(
                f"{self._link.name} does not take {len(data)} bytes: {_shown(answer)}",
                hint="the data set is for another benchmark than this firmware",
            )
        for at in range(0, len(data), UPLOAD_CHUNK_BYTES):
            answer = self.command(f"db {data[at : at + UPLOAD_CHUNK_BYTES].hex()}")
        if "m-load-done" not in answer:
            raise self._fault(f"{len(data)} bytes were sent, not all arrived")

    def _resynchronise(self) -> None:
        """Ends whatever command is half sent and forgets what is still being answered."""
        self._link.write(b"%")
        ends = self.clock() + NOISE_S
        while self._link.read(READ_BYTES, min(self.clock() + QUIET_S, ends)):
            if self.clock() >= ends:
                raise self._fault(f"the device does not stop answering for {NOISE_S:g} s")
        self._received.clear()

    def _line(self, deadline: float) -> str | None:
        while b"\n" not in self._received:
            data = self._link.read(READ_BYTES, deadline)
            self._received += data
            if not data or (self.clock() >= deadline and b"\n" not in data):
                return None
            if len(self._received) > LONGEST_LINE:
                raise self._fault(f"a line of more than {LONGEST_LINE} bytes")
        line, _, rest = bytes(self._received).partition(b"\n")
        self._received = bytearray(rest)
        return line.decode("utf-8", "replace").strip("\r\0")


def iterations_for_window(dialect: Dialect) -> int:
    """How many inferences fill a window of 10 s by the device's counter.

    The input must be loaded. Doubles a short run until it is long enough to be measured; DeviceError
    when the counter does not get there, although time passes or a thousand million inferences have run.
    """
    iterations = 1
    ends = dialect.clock() + STANDS_STILL_S
    while True:
        probe = dialect.infer(iterations, 0)
        if probe.elapsed_us >= PROBE_US:
            return probe.iterations_to_fill_window
        if dialect.clock() >= ends or iterations >= MOST_PROBED:
            raise DeviceError(
                f"the device's counter stands still: {probe.elapsed_us} us for {iterations} inferences",
                hint="without a counter that runs there is no throughput",
            )
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
        raise DeviceError(f"{name}: no {pattern.pattern} in the answer {_shown(lines)!r}")
    return matches


def _numbers(text: str) -> tuple[float, ...]:
    """Comma-separated numbers, empty items left out; nothing where one is no number."""
    try:
        return tuple(float(item) for item in text.split(",") if item)
    except ValueError:
        return ()


def _shown(lines: Sequence[str]) -> str:
    """Text from a device, on one line and not too long."""
    return one_line(" ".join(lines)[:WORDS_SHOWN])


def _short(command: str) -> str:
    return command if len(command) <= 20 else f"{command[:17]}..."
