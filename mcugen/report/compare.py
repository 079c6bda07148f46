# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two runs of one model side by side: what differs in how they were made, and in their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mcugen.errors import ConfigError
from mcugen.records import EnergyRecord, LatencyRecord, MemoryRecord, Run, RunRecord
from mcugen.report.detection import detect
from mcugen.report.gate import Gate, judge_conditions, unlike
from mcugen.report.load import front_end_per_window, load_of
from mcugen.report.numbers import (
    NOT_MEASURED,
    bytes_text,
    central,
    count_text,
    difference_text,
    joules_text,
    milliwatts_text,
    percent_text,
    with_idle,
)

K = TypeVar("K")

MADE_BY = (
    "tool",
    "board",
    "engine",
    "rounding",
    "front_end",
    "input",
    "compiler",
    "flags",
    "tick_unit",
    "ticks_per_second",
    "reference",
    "firmware_sha256",
    "score",
    "threshold",
)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One figure in both runs. `ratio` is B / A, None where the two cannot be compared."""

    name: str
    a: str
    b: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`made_by` holds (fact, A, B) where the runs differ; `notes` what a reader must know."""

    made_by: tuple[tuple[str, str, str], ...]
    rows: tuple[ComparedRow, ...]
    notes: tuple[str, ...]
    gates: tuple[Gate, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether no condition failed."""
        return not any(gate.is_failed for gate in self.gates)


def compare_runs(
    a: Run, b: Run, fail_if: Sequence[str] = (), *, is_unlike_allowed: bool = False
) -> Comparison:
    """What differs, and what becomes of the conditions in `fail_if`.

    ConfigError when the runs are of different models, whose figures say nothing of each other, or,
    with conditions, of other clips, boards or flags, unless that is allowed.
    """
    if fail_if and not is_unlike_allowed and (names := unlike(a, b)):
        raise ConfigError(
            f"the runs differ in {', '.join(names)}: a change says nothing about the firmware",
            hint="run both alike, or pass --unlike",
        )
    if a.head.model_sha256 != b.head.model_sha256 and not is_unlike_allowed:
        raise ConfigError(
            f"the runs are of different models: {a.head.model} (sha256 {a.head.model_sha256}) "
            f"and {b.head.model} (sha256 {b.head.model_sha256})",
            hint="compare two runs of the same .tflite file, or pass --unlike",
        )
    rows = (
        *_detection_rows(a, b),
        *_latency_rows(a, b),
        *_stream_rows(a, b),
        *_layer_rows(a, b),
        *_energy_rows(a, b),
        *_memory_rows(a, b),
    )
    notes = (*_unit_notes(a, b), *_score_notes(a, b))
    gates = judge_conditions(a, b, fail_if)
    return Comparison(_made_by(a.head, b.head), rows, notes, gates)


def _made_by(a: RunRecord, b: RunRecord) -> tuple[tuple[str, str, str], ...]:
    pairs = [(name, getattr(a, name), getattr(b, name)) for name in MADE_BY]
    facts_a, facts_b = dict(a.facts), dict(b.facts)
    pairs += [(k, facts_a.get(k), facts_b.get(k)) for k in dict.fromkeys([*facts_a, *facts_b])]
    return tuple((name, _word(x), _word(y)) for name, x, y in pairs if x != y)


def _word(value: object) -> str:
    return NOT_MEASURED if value is None else str(value)


def _detection_rows(a: Run, b: Run) -> list[ComparedRow]:
    found_a, found_b = detect(a.clips), detect(b.clips)
    if found_a is None or found_b is None:
        return []
    return [
        _row("AUC", found_a.auc, found_b.auc, "{:.4f}"),
        _row("pAUC", found_a.pauc, found_b.pauc, "{:.4f}"),
    ]


def _row(name: str, a: float, b: float, form: str) -> ComparedRow:
    return ComparedRow(name, form.format(a), form.format(b), b / a if a else None)


def _latency_rows(a: Run, b: Run) -> list[ComparedRow]:
    costs_a = {(x.name, x.accelerator): x for x in a.latencies}
    costs_b = {(x.name, x.accelerator): x for x in b.latencies}
    rows = []
    for key in _keys(costs_a, costs_b):
        x, y = costs_a.get(key), costs_b.get(key)
        central_x, central_y = _figure(x), _figure(y)
        comparable = x is not None and y is not None and x.unit == y.unit
        ratio = central_y / central_x if comparable and central_x and central_y else None
        rows.append(ComparedRow(f"{key[0]} on {key[1]}", _cost(x), _cost(y), ratio))
    return rows


def _stream_rows(a: Run, b: Run) -> list[ComparedRow]:
    """The mean cost of the front-end for each window, and the load, where both runs have them."""
    rows = []
    x, y = front_end_per_window(a), front_end_per_window(b)
    if x and y and a.head.tick_unit == b.head.tick_unit:
        left, right = (f"{count_text(round(figure))} {a.head.tick_unit}" for figure in (x, y))
        rows.append(ComparedRow("front-end per window", left, right, y / x))
    loads = load_of(a), load_of(b)
    shares = [load.share for load in loads if load is not None and load.share is not None]
    if len(shares) == 2:
        words = [percent_text(share, 2) for share in shares]
        rows.append(ComparedRow("real-time load", words[0], words[1], shares[1] / shares[0]))
    return rows


def _layer_rows(a: Run, b: Run) -> list[ComparedRow]:
    """Each layer that both runs have, or one of them."""
    layers_a = {(x.layer, x.operator, x.accelerator): x for x in a.layers}
    layers_b = {(x.layer, x.operator, x.accelerator): x for x in b.layers}
    rows = []
    for key in sorted(_keys(layers_a, layers_b)):
        x, y = layers_a.get(key), layers_b.get(key)
        alike = x is not None and y is not None and x.unit == y.unit and x.median
        ratio = y.median / x.median if alike and x and y else None
        cells = ((f"{count_text(round(z.median))} {z.unit}" if z else NOT_MEASURED) for z in (x, y))
        rows.append(
            ComparedRow(f"layer {key[0]} {key[1]} on {key[2]}", next(cells), next(cells), ratio)
        )
    return rows


def _energy_rows(a: Run, b: Run) -> list[ComparedRow]:
    """What both runs measured: above idle, with it, and the idle power."""
    of_b = {energy.name: energy for energy in b.energies}
    return [
        ComparedRow(
            title.format(x.name), text(left), text(right), right / left if left > 0 else None
        )
        for x in a.energies
        if (y := of_b.get(x.name)) is not None
        for title, read, text in ENERGIES
        for left, right in [(read(x), read(y))]
    ]


ENERGIES: tuple[tuple[str, Callable[[EnergyRecord], float], Callable[[float], str]], ...] = (
    ("energy per {}", lambda it: it.joules, joules_text),
    ("energy per {}, with idle", with_idle, joules_text),
    ("idle power before the {}", lambda it: it.idle_watts, milliwatts_text),
)
"""Title of a row, its figure, and the figure as text."""


def _figure(latency: LatencyRecord | None) -> float | None:
    return None if latency is None else central(latency)[0]


def _cost(latency: LatencyRecord | None) -> str:
    if latency is None:
        return NOT_MEASURED
    return f"{count_text(_figure(latency))} {latency.unit}"


def _memory_rows(a: Run, b: Run) -> list[ComparedRow]:
    memories_a = {memory.name: memory for memory in a.memories}
    memories_b = {memory.name: memory for memory in b.memories}
    rows = []
    for name in _keys(memories_a, memories_b):
        x, y = memories_a.get(name), memories_b.get(name)
        ratio = y.used_bytes / x.used_bytes if x and y and x.used_bytes else None
        rows.append(ComparedRow(name, _used(x), _used(y), ratio))
    return rows


def _used(memory: MemoryRecord | None) -> str:
    return NOT_MEASURED if memory is None else bytes_text(memory.used_bytes)


def _keys(a: Iterable[K], b: Iterable[K]) -> list[K]:
    return list(dict.fromkeys([*a, *b]))


def _unit_notes(a: Run, b: Run) -> list[str]:
    if a.head.tick_unit == b.head.tick_unit:
        return []
    units = f"{a.head.tick_unit} and {b.head.tick_unit}"
    return [f"costs are in {units}: no ratio can be given"]


def _score_notes(a: Run, b: Run) -> list[str]:
    """How far the device scores of the clips that both runs hold are apart."""
    scores_b = {clip.sha256: clip.score for clip in b.clips}
    apart = [
        scores_b_value - clip.score
        for clip in a.clips
        if clip.score is not None and (scores_b_value := scores_b.get(clip.sha256)) is not None
    ]
    if not apart:
        return []
    worst = difference_text(max(apart, key=abs))
    return [f"{len(apart)} clips are in both runs; their scores differ by {worst} at most"]
