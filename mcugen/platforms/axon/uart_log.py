# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The UART log of Nordic's Axon test application (tests/axon/inference) -> Records.

Format: nRF Edge AI Add-on 2.2.0, README.rst of that application and nrf_axon_nn_infer_test.c.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mcugen.errors import DataError
from mcugen.export.manifest import Manifest, run_record
from mcugen.platforms.axon.engine import model_symbol
from mcugen.records import NANOSECONDS_PER_SECOND, ClipRecord, Record, summarise

_RATE = re.compile(r"ticks per second\s+(\d+)")
_COUNT = re.compile(r"TEST:\s+\S+\s+CASE COUNT\s+(\d+)")
_START = re.compile(r"TEST:\s+(\S+)\s+START CASE NO\s+(\d+)")
_KIND = re.compile(r"Test inference (\S+) vector (\d+) (?:FULL MODEL (\w+) mode|layer (\d+))")
_OUTPUT = re.compile(
    r"output (?:bit exact!|matched (\d+), mismatched (\d+), max error (-?\d+) occurred (\d+) times)"
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
    outputs: tuple[tuple[int, int] | None, ...]  # matched, mismatched; None: exact; (): not run
    ticks: int | None
    passed: bool


@dataclass(frozen=True, slots=True)
class AxonLog:
    """A complete log."""

    ticks_per_second: int
    announced: int  # cases
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
    announced = _COUNT.search(text)
    counted = (sum(case.passed for case in cases), sum(not case.passed for case in cases))
    if counted != (int(end[1]), int(end[2])):
        raise DataError(
            f"{where}: {counted[0]} passed and {counted[1]} failed are in the log, "
            f"its last line states {end[1]} and {end[2]}: lines are missing"
        )
    return AxonLog(int(rate[1]), int(announced[1]) if announced else len(cases), cases)


def _case(start: re.Match[str], body: str, where: str) -> Case:
    kind, result = _KIND.search(body), _RESULT.search(body)
    if kind is None or result is None or result[1] != start[2]:
        raise DataError(f"{where}: case {start[2]} is damaged: no kind, or the result of another")
    outputs = tuple(
        None if match[1] is None else (int(match[1]), int(match[2]))
        for match in _OUTPUT.finditer(body)
    )
    ticks, passed = _TICKS.search(body), result[2] == "PASS"
    if passed != (outputs.count(None) == len(outputs) > 0):
        raise DataError(f"{where}: case {start[2]} does not say how its output compared")
    return Case(
        number=int(start[2]),
        model=kind[1],
        vector=int(kind[2]),
        layer=None if kind[4] is None else int(kind[4]),
        outputs=outputs,
        ticks=int(ticks[1]) if ticks else None,
        passed=passed,
    )


def log_records(
    text: str, manifest: Manifest, output_values: Sequence[int], where: str
) -> tuple[Record, ...]:
    """Records of a log; times in nanoseconds by the log's own tick rate.

    The reference is what Nordic's compiler put into the test's header: its simulator's outputs.
    `output_values` are the sizes of the model's outputs; DataError when the log is of another model.
    """
    log = parse_axon_log(text, where)
    _check_model(log, model_symbol(manifest.model), output_values, where)
    passed = sum(case.passed for case in log.cases)
    unheard = len(log.cases) - sum(bool(case.outputs) for case in log.cases)
    facts = [("passed", f"{passed} of {log.announced} cases")]
    if unheard:
        facts.append(("not run", f"{unheard} cases: the NPU's driver refused them"))
    head = replace(
        run_record(manifest),
        rounding=None,
        reference="Axon simulator, as in the test's header",
        facts=tuple(facts),
    )
    return (head, *_clips(log, text, sum(output_values)), *_latencies(log))


def _check_model(log: AxonLog, name: str, output_values: Sequence[int], where: str) -> None:
    """The names that Nordic's compiler gave, and what each output compared, fit the project."""
    for case in log.cases:
        if case.model != name and case.layer is None:
            raise DataError(f"{where}: of the model {case.model!r}, the project's is {name!r}")
        if case.layer is not None or not case.outputs:
            continue
        sizes = [
            size if found is None else sum(found)
            for found, size in zip(case.outputs, output_values, strict=False)
        ]
        if len(case.outputs) != len(output_values) or sizes != list(output_values):
            raise DataError(
                f"{where}: case {case.number} compares {len(case.outputs)} outputs of {sizes} values, "
                f"the project's model gives {list(output_values)}"
            )


def _clips(log: AxonLog, text: str, output_values: int) -> Iterator[ClipRecord]:
    """One per vector that ran as a whole model; the last mode of a vector stands."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    whole = {case.vector: case for case in log.cases if case.layer is None and case.outputs}
    for vector, case in whole.items():
        yield ClipRecord(
            clip=f"{case.model} vector {vector}",
            sha256=digest,
            label=None,
            windows=1,
            score=None,
            reference_score=None,
            outputs_compared=output_values,
            outputs_different=sum(found[1] for found in case.outputs if found is not None),
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
