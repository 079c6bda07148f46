# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The UART log of Nordic's Axon test application (tests/axon/inference) -> Records.

Format: nRF Edge AI Add-on 2.2.0, README.rst of that application and nrf_axon_nn_infer_test.c.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mcugen import __version__
from mcugen.errors import DataError
from mcugen.export.manifest import Manifest
from mcugen.records import ClipRecord, Record, RunRecord, summarise

NANOSECONDS_PER_SECOND = 1_000_000_000

_RATE = re.compile(r"ticks per second\s+(\d+)")
_START = re.compile(r"TEST:\s+(\S+)\s+START CASE NO\s+(\d+)")
_KIND = re.compile(r"Test inference (\S+) vector (\d+) (?:FULL MODEL (\w+) mode|layer (\d+))")
_EXACT = re.compile(r"output bit exact!")
_GAPS = re.compile(
    r"output matched (\d+), mismatched (\d+), max error (-?\d+) occurred (\d+) times"
)
_TICKS = re.compile(r"profiling ticks (\d+)")
_RESULT = re.compile(r"TEST:\s+\S+\s+CASE NO\s+(\d+)\s+RESULT:\s+(PASS|FAIL)")
_END = re.compile(r"TEST:\s+\S+\s+COMPLETE\s+PASS COUNT\s+(\d+)\s+FAIL COUNT\s+(\d+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the test: a whole model (`layer` None) or one layer on one vector."""

    number: int
    model: str
    vector: int
    layer: int | None
    matched: int | None  # None: all, however many there are
    mismatched: int
    ticks: int | None
    passed: bool


@dataclass(frozen=True, slots=True)
class AxonLog:
    """A complete log."""

    ticks_per_second: int
    cases: tuple[Case, ...]


def parse_axon_log(text: str, where: str) -> AxonLog:
    """The log as values; DataError when it is of something else, or ends before the test did."""
    rate = _RATE.search(text)
    starts = list(_START.finditer(text))
    if rate is None or not starts or int(rate[1]) == 0:
        raise DataError(
            f"{where}: not the log of Nordic's Axon test application",
            hint="it starts with `ticks per second N` and has lines `TEST: ... START CASE NO`",
        )
    bounds = [*(start.start() for start in starts), len(text)]
    bodies = [text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]
    end = _END.search(text)
    if end is None:
        done = sum(_RESULT.search(body) is not None for body in bodies)
        raise DataError(f"{where}: ends after {done} cases, before the test was complete")
    cases = tuple(_case(start, body, where) for start, body in zip(starts, bodies, strict=True))
    counted = (sum(case.passed for case in cases), sum(not case.passed for case in cases))
    if counted != (int(end[1]), int(end[2])):
        raise DataError(
            f"{where}: {counted[0]} passed and {counted[1]} failed are in the log, "
            f"its end says {end[1]} and {end[2]}: lines are missing"
        )
    return AxonLog(int(rate[1]), cases)


def _case(start: re.Match[str], body: str, where: str) -> Case:
    kind, result = _KIND.search(body), _RESULT.search(body)
    if kind is None or result is None or result[1] != start[2]:
        raise DataError(f"{where}: case {start[2]} is damaged: no kind, or the result of another")
    gaps, ticks = _GAPS.search(body), _TICKS.search(body)
    if gaps is None and _EXACT.search(body) is None:
        raise DataError(f"{where}: case {start[2]} does not say how its output compared")
    return Case(
        number=int(start[2]),
        model=kind[1],
        vector=int(kind[2]),
        layer=None if kind[4] is None else int(kind[4]),
        matched=int(gaps[1]) if gaps else None,
        mismatched=int(gaps[2]) if gaps else 0,
        ticks=int(ticks[1]) if ticks else None,
        passed=result[2] == "PASS",
    )


def log_records(
    text: str, manifest: Manifest, output_values: int, where: str
) -> tuple[Record, ...]:
    """Records of a log; times in nanoseconds by the log's own tick rate.

    The reference is what Nordic's compiler put into the test's header: its simulator's outputs.
    """
    log = parse_axon_log(text, where)
    passed = sum(case.passed for case in log.cases)
    head = RunRecord(
        tool=f"mcugen {__version__}",
        model=manifest.model,
        model_sha256=manifest.model_sha256,
        firmware_sha256=None,
        board=manifest.board,
        engine=manifest.engine,
        rounding=None,
        front_end=manifest.front_end.kind,
        input="int8",
        compiler=None,
        flags=None,
        tick_unit="nanoseconds",
        ticks_per_second=NANOSECONDS_PER_SECOND,
        reference="Axon simulator, as in the test's header",
        facts=(("passed", f"{passed} of {len(log.cases)} cases"),),
    )
    return (head, *_clips(log, text, output_values), *_latencies(log))


def _clips(log: AxonLog, text: str, output_values: int) -> Iterator[ClipRecord]:
    """One per vector that ran as a whole model; the last mode of a vector stands."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    whole = {case.vector: case for case in log.cases if case.layer is None}
    for vector, case in whole.items():
        compared = output_values if case.matched is None else case.matched + case.mismatched
        yield ClipRecord(
            clip=f"{case.model} vector {vector}",
            sha256=digest,
            label=None,
            windows=1,
            score=None,
            reference_score=None,
            outputs_compared=compared,
            outputs_different=case.mismatched,
        )


def _latencies(log: AxonLog) -> Iterator[Record]:
    samples: dict[str, list[float]] = {}
    for case in log.cases:
        if case.ticks is not None:
            name = "inference" if case.layer is None else f"layer {case.layer}"
            ns = case.ticks * NANOSECONDS_PER_SECOND / log.ticks_per_second
            samples.setdefault(name, []).append(ns)
    for name, values in samples.items():
        yield summarise(name, "nanoseconds", values, accelerator="Axon NPU")
