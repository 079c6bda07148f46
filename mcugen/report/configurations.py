# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The configurations of a Linux board (CPU by threads, NPU) side by side, from a run's records."""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.records import NO_FIGURES, NS_PER_MS, LatencyRecord, Run
from mcugen.report.gains import gains
from mcugen.report.numbers import NOT_MEASURED, bytes_text, count_text

HEADER = (
    *("median", "mean", "p95", "min", "max", "std. dev.", "runs", "init", "first", "memory"),
    "published",
)
IN_COLUMNS = (
    *("configuration", "init_ns", "first_inference_ns", "p5_ns", "p95_ns", "published_ns"),
    *("published_by", "warning"),
)


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """One configuration; times in milliseconds. `reason` is why it has no figures, else empty."""

    title: str
    accelerator: str
    figures: tuple[str, ...]
    how: tuple[tuple[str, str], ...]  # command, temperatures, ...
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Configurations:
    """The table, what is to be said below it, and whose published figures stand in it."""

    rows: tuple[ConfigurationRow, ...]
    gains: tuple[str, ...]
    published_by: tuple[str, ...]


def is_configuration(latency: LatencyRecord) -> bool:
    """True for the latency of one configuration of a Linux board."""
    return "configuration" in dict(latency.facts)


def configurations(run: Run) -> Configurations | None:
    """None for a run of another kind."""
    measured = [latency for latency in run.latencies if is_configuration(latency)]
    missing = missing_figures(run)
    if not measured and not missing:
        return None
    memory = {one.name: one.used_bytes for one in run.memories}
    rows = [_row(one, memory.get(f"process, {one.name}")) for one in measured]
    rows += [ConfigurationRow(title, "no figures", (), (), reason) for title, reason in missing]
    sources = (dict(one.facts).get("published_by") for one in measured)
    return Configurations(
        rows=tuple(rows),
        gains=gains(measured),
        published_by=tuple(dict.fromkeys(source for source in sources if source)),
    )


def missing_figures(run: Run) -> tuple[tuple[str, str], ...]:
    """Title and reason of every configuration that gave no figures to believe."""
    found = (value for name, value in run.head.facts if name.startswith(NO_FIGURES))
    return tuple((title, reason) for title, _, reason in (text.partition(": ") for text in found))


def _row(one: LatencyRecord, memory_bytes: int | None) -> ConfigurationRow:
    facts = dict(one.facts)
    p95 = _number(facts.get("p95_ns"))
    times = (one.median, one.mean, p95, one.minimum, one.maximum, one.stdev)
    late = (facts.get("init_ns"), facts.get("first_inference_ns"))
    figures = (
        *map(_ms, times),
        count_text(one.count),
        *(_ms(_number(text)) for text in late),
        bytes_text(memory_bytes),
        _ms(_number(facts.get("published_ns"))),
    )
    how = tuple((name, value) for name, value in one.facts if name not in IN_COLUMNS)
    return ConfigurationRow(one.name, one.accelerator, figures, how)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None


def _ms(ns: float | None) -> str:
    return NOT_MEASURED if ns is None else f"{ns / NS_PER_MS:.3f}"
