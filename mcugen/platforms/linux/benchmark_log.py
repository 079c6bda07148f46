# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What TensorFlow Lite's benchmark_model printed, as values. Pure; any bytes give an answer.

Reads TensorFlow 2.9 to 2.20 and LiteRT 1.x and 2.x: with and without `INFO: ` prefixes, percentiles
and `[start]` columns, scientific notation, a logger's prefix before every line, the runtime's standard
error and, from a serial console, the kernel's messages mixed in, cut-off logs. Takes time proportional
to the log, whatever it holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcugen.platforms.linux.log_text import log_text

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PREFIX = re.compile(
    r"^(?:\s*(?:INFO|WARN|WARNING|ERROR|VERBOSE|FATAL):\s?|[VDIWEF] tflite\s*: )?"
    r"(?:\[[\w./-]+:\d+\]\s)?"
)
# Standard error is not buffered, standard output is: a message may stand inside a line of figures.
_INTRUDER = re.compile(r"(?<=\S)(?:INFO|WARN|WARNING|ERROR|VERBOSE|FATAL): (?=\S)")
# The kernel writes whole lines to a serial console, wherever the tool's own line just was.
_KERNEL = re.compile(r"\[ *\d+\.\d{6}\][^\n]*\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # a log must not command the reader's terminal
_FIGURES = ("count=", "Inference timings in us", "Memory footprint delta", "Initialized session")

_PAIR = re.compile(rf"\b(\w+)=({_NUMBER})")
_SUMMARY = re.compile(
    rf"Inference timings in us: Init: ({_NUMBER}), First inference: ({_NUMBER}), "
    rf"Warmup \(avg\): ({_NUMBER}), Inference \(avg\): ({_NUMBER})"
)
_MEMORY = re.compile(
    rf"(?:Memory footprint delta from the start of the tool|Peak memory footprint) \(MB\): "
    rf"init=({_NUMBER}) overall=({_NUMBER})"
)
_PEAK = re.compile(rf"Overall peak memory footprint \(MB\) via periodic monitoring: ({_NUMBER})")
_GRAPH = re.compile(r"^Graph: \[(.*)\]$")
_CREATED = re.compile(r"^(\w+) delegate created\b")
_EXTERNAL = re.compile(r"^External delegate path\s*: \[(.+)\]$")
_UNCONSUMED = re.compile(r"Unconsumed cmdline flags:\s*(.*)")
_APPLIED = re.compile(
    r"pplied (\w+) delegate, and the model graph will be (completely|partially) executed"
    r"(?: by the delegate)?(?: w/ (\d{1,9}) delegate kernels)?"
)
_REFUSED = re.compile(
    r"Though (\w+) delegate is (?:\w+ )?applied, the model graph will not be executed by"
)
_REPLACED = re.compile(
    r"Replacing (\d{1,9}) out of (\d{1,9}) node\(s\) with delegate \(([^()]*)\) node"
)
_COLUMN = re.compile(r"\[([^\[\]]*)\]")
_OP_TABLE = "Operator-wise Profiling Info for Regular Benchmark Runs"


@dataclass(frozen=True, slots=True)
class Timing:
    """One `count=` line, in microseconds; None where the line does not say."""

    count: int
    first_us: float | None = None
    curr_us: float | None = None
    min_us: float | None = None
    max_us: float | None = None
    avg_us: float | None = None
    std_us: float | None = None
    p5_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The line `Inference timings in us`: only a finished benchmark prints it."""

    init_us: float
    first_inference_us: float
    warmup_avg_us: float
    inference_avg_us: float


@dataclass(frozen=True, slots=True)
class Delegation:
    """What one delegate took: `share` is "whole", "part" or "none" of the graph."""

    delegate: str  # "EXTERNAL", "XNNPACK", "GPU", ...
    share: str
    kernels: int | None = None


@dataclass(frozen=True, slots=True)
class DelegatedNodes:
    """`Replacing A out of B node(s)`: planned, which is not yet run."""

    delegate: str  # its own name: "Vx Delegate", "TfLiteXNNPackDelegate"
    nodes: int
    of_nodes: int


@dataclass(frozen=True, slots=True)
class OpTime:
    """One row of the op profile in run order."""

    kind: str
    name: str
    average_us: float
    percent: float | None
    times_called: int | None


@dataclass(frozen=True, slots=True)
class BenchmarkLog:
    """The content of a log. `lines` are those left when figures and banners are taken out."""

    graph: str | None
    external_delegate: str | None
    unconsumed: tuple[str, ...]
    warmup: Timing | None
    inference: Timing | None
    summary: Summary | None
    memory_init_mb: float | None
    memory_overall_mb: float | None
    memory_peak_mb: float | None
    runs: int  # how many times the tool was run: figures of several cannot be separated
    created: tuple[
        str, ...
    ]  # delegates by name; "created" is said even where the library is missing
    delegations: tuple[Delegation, ...]
    replacements: tuple[DelegatedNodes, ...]
    ops: tuple[OpTime, ...]
    text: str  # joined and without prefixes


def read_benchmark_log(content: bytes | str) -> BenchmarkLog:
    """The values in a log; whatever is missing is None or empty. Never raises."""
    text = log_text(content)
    lines = [_PREFIX.sub("", line.lstrip(), count=1) for line in _whole_lines(text)]
    timings = [timing for line in lines if (timing := _timing(line))]
    memory = _first(_MEMORY, lines)
    peak = _first(_PEAK, lines)
    graph = _first(_GRAPH, lines)
    external = _first(_EXTERNAL, lines)
    return BenchmarkLog(
        graph=graph[1] if graph else None,
        external_delegate=external[1] if external else None,
        unconsumed=tuple(_unconsumed(lines)),
        warmup=timings[0] if timings else None,
        inference=timings[1] if len(timings) > 1 else None,
        summary=_summary(lines),
        memory_init_mb=_finite(memory[1]) if memory else None,
        memory_overall_mb=_finite(memory[2]) if memory else None,
        memory_peak_mb=_finite(peak[1]) if peak else None,
        runs=max(sum(bool(_SUMMARY.search(line)) for line in lines), (len(timings) + 1) // 2),
        created=tuple(found[1] for line in lines if (found := _CREATED.match(line))),
        delegations=tuple(_delegations(lines)),
        replacements=tuple(
            DelegatedNodes(found[3], int(found[1]), int(found[2]))
            for line in lines
            if (found := _REPLACED.search(line))
        ),
        ops=tuple(_ops(lines)),
        text="\n".join(lines),
    )


def _whole_lines(text: str) -> list[str]:
    """The lines, with messages that were written into a line of figures moved behind it."""
    text = _KERNEL.sub("", text.replace("\r\n", "\n"))
    lines = [_CONTROL.sub("", line) for line in text.split("\n")]
    whole: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        intruder = _INTRUDER.search(line)
        if intruder and _PREFIX.sub("", line.lstrip(), count=1).startswith(_FIGURES):
            rest = lines[index + 1] if index + 1 < len(lines) else ""
            whole += [line[: intruder.start()] + rest, line[intruder.start() :]]
            index += 2
        else:
            whole.append(line)
            index += 1
    return whole


def _timing(line: str) -> Timing | None:
    if not line.startswith("count="):
        return None
    pairs = dict(_PAIR.findall(line))
    count = _finite(pairs.get("count", ""))
    if count is None or not 0 < count < 1e9:
        return None
    names = ("first", "curr", "min", "max", "avg", "std", "p5", "median", "p95")
    values = (_finite(pairs.get(name, "")) for name in names)
    return Timing(int(count), *values)


def _summary(lines: Iterable[str]) -> Summary | None:
    found = _first(_SUMMARY, lines)
    values = [_finite(word) for word in found.groups()] if found else []
    known = [value for value in values if value is not None]
    return Summary(*known) if len(known) == 4 else None


def _unconsumed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if found := _UNCONSUMED.search(line):
            yield from found[1].split() or ["(not named)"]


def _delegations(lines: Iterable[str]) -> Iterator[Delegation]:
    for line in lines:
        if found := _APPLIED.search(line):
            share = "whole" if found[2] == "completely" else "part"
            yield Delegation(found[1], share, int(found[3]) if found[3] else None)
        elif found := _REFUSED.search(line):
            yield Delegation(found[1], "none")


def _ops(lines: list[str]) -> Iterator[OpTime]:
    """Rows of the first table behind the op profile's title: the one in run order."""
    start = next((i for i, line in enumerate(lines) if _OP_TABLE in line), len(lines))
    columns: list[str] = []
    row = re.compile("")
    for line in lines[start:]:
        if not columns:
            if "[node type]" in line.lower():
                columns = [name.lower() for name in _COLUMN.findall(line)]
                row = _row_pattern(len(columns))
        elif not line.strip() or line.startswith("="):
            return
        elif (cells := row.match(line)) and (op := _op(columns, cells)):
            yield op


def _row_pattern(columns: int) -> re.Pattern[str]:
    """Kind, figures, name. Kinds and names hold commas and spaces, and a copied log has lost its tabs:
    it is recognised as the only column that is not a number."""
    figures = rf"((?:\s+{_NUMBER}%?){{{max(columns - 2, 0)}}})"
    return re.compile(rf"\s*(\S(?:.{{0,200}}?\S)??){figures}\s+(\S.*?)\s*$")


def _op(columns: list[str], row: re.Match[str]) -> OpTime | None:
    cells = dict(zip(columns, (row[1], *row[2].split(), row[3]), strict=False))
    average_ms = _finite(cells.get("avg ms", ""))
    if average_ms is None:
        return None
    called = _finite(cells.get("times called", ""))
    return OpTime(
        kind=row[1],
        name=row[3],
        average_us=average_ms * 1000,
        percent=_finite(cells.get("%", "").rstrip("%")),
        times_called=int(called) if called is not None else None,
    )


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str] | None:
    return next((found for line in lines if (found := pattern.search(line))), None)


def _finite(word: str) -> float | None:
    """The number a word stands for, None for no number, an infinity or not-a-number."""
    if not re.fullmatch(_NUMBER, word):
        return None
    value = float(word)
    return value if math.isfinite(value) else None
