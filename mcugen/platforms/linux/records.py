# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a Linux board measured, as records, a table and remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mcugen import __version__
from mcugen.platforms.linux.benchmark_log import Timing
from mcugen.platforms.linux.board import LinuxBoard
from mcugen.platforms.linux.bundle import Plan
from mcugen.platforms.linux.launcher_log import LauncherLog, MeasuredSection
from mcugen.platforms.linux.verdict import CPU
from mcugen.records import (
    NANOSECONDS_PER_SECOND,
    NO_FIGURES,
    NS_PER_MS,
    LatencyRecord,
    LayerRecord,
    MemoryRecord,
    Record,
    RunRecord,
)

NS_PER_US = 1000.0
MIB = 1 << 20

HEADER = (
    *("configuration", "ran on", "median", "mean", "p95", "min", "max", "std", "runs"),
    *("init", "first", "memory", "published"),
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One configuration of the table; cells are ready to print, "-" is not measured."""

    cells: tuple[str, ...]
    remarks: tuple[str, ...]  # errors and warnings


def linux_records(
    plan: Plan, board: LinuxBoard, log: LauncherLog, measured: Sequence[MeasuredSection]
) -> tuple[Record, ...]:
    """The run, and latency and memory of every configuration whose figures may be believed.

    For the others the run's facts state why there are none.
    """
    return (
        _run_record(plan, board, log, measured),
        *latency_records(measured, _published(plan, board)),
        *(memory for one in _timed(measured) for memory in _memory(one)),
        *(layer for one in measured if one.verdict.ok for layer in _layers(one)),
    )


def latency_records(
    measured: Sequence[MeasuredSection], published: Mapping[str, tuple[float, str]] | None = None
) -> tuple[LatencyRecord, ...]:
    """What may be believed; beside it what is published, by configuration: milliseconds, source."""
    return tuple(_latency(one, (published or {}).get(one.section.name)) for one in _timed(measured))


def _layers(one: MeasuredSection) -> list[LayerRecord]:
    """The op profile in run order: means over all calls of each operator."""
    return [
        LayerRecord(
            layer=number,
            operator=op.kind,
            tensor=op.name,
            unit="nanoseconds",
            count=op.times_called or 0,
            minimum=None,
            median=op.average_us * NS_PER_US,
            maximum=None,
            macs=None,
            accelerator=one.section.title,
        )
        for number, op in enumerate(one.log.ops)
    ]


def _timed(measured: Iterable[MeasuredSection]) -> list[MeasuredSection]:
    return [one for one in measured if one.verdict.ok and not one.section.is_profiled]


def _run_record(
    plan: Plan, board: LinuxBoard, log: LauncherLog, measured: Sequence[MeasuredSection]
) -> RunRecord:
    facts = {**log.facts}
    if packages := support_packages(board, log.facts):
        facts["bsp"] = packages
    if plan.npu_compiler:
        facts["npu_compiler"] = plan.npu_compiler
    facts |= {f"estimate_{name}": f"{value:g}" for name, value in plan.npu_estimate.items()}
    facts |= {
        f"{NO_FIGURES}{one.section.name}": f"{one.section.title}: {'; '.join(one.verdict.errors)}"
        for one in measured
        if not one.verdict.ok
    }
    return RunRecord(
        tool=f"mcugen {__version__}",
        model=plan.model,
        model_sha256=plan.model_sha256,
        board=plan.board,
        engine="benchmark_model",
        front_end="none",
        tick_unit="nanoseconds",
        ticks_per_second=NANOSECONDS_PER_SECOND,
        facts=tuple(facts.items()),
    )


def support_packages(board: LinuxBoard, facts: Mapping[str, str]) -> str:
    """The support packages that carry the TensorFlow Lite found on the board; empty when unknown."""
    version = facts.get("tool_version")
    return " or ".join(p.name for p in board.packages if version and p.tflite == version)


def compiler_remark(plan: Plan, board: LinuxBoard, facts: Mapping[str, str]) -> str:
    """A word of caution when the image carries another Vela than the one that compiled the model."""
    version = facts.get("tool_version")
    carried = {p.vela for p in board.packages if p.tflite == version and p.vela}
    _, is_ours, ours = (plan.npu_compiler or "").partition("vela ")
    if not is_ours or not carried or ours in carried:
        return ""
    return (
        f"the NPU's model was compiled by vela {ours}, the image carries {' or '.join(carried)}:"
        " if its driver refuses the model, use --compile-on-board"
    )


def _published(plan: Plan, board: LinuxBoard) -> Mapping[str, tuple[float, str]]:
    """Configuration -> published milliseconds of exactly this model file, and their source."""
    for published in board.published:
        if published.model_sha256 == plan.model_sha256:
            source = f"{published.source}: {published.note}" if published.note else published.source
            return {name: (ms, source) for name, ms in published.milliseconds.items()}
    return {}


def _latency(one: MeasuredSection, published: tuple[float, str] | None) -> LatencyRecord:
    timing, summary = one.log.inference, one.log.summary
    assert timing is not None and summary is not None and one.verdict.accelerator is not None
    facts = {
        "configuration": one.section.name,
        "init_ns": f"{summary.init_us * NS_PER_US:.0f}",
        "first_inference_ns": f"{summary.first_inference_us * NS_PER_US:.0f}",
    }
    if timing.p5_us is not None and timing.p95_us is not None:
        facts |= {"p5_ns": f"{timing.p5_us * NS_PER_US:.0f}"}
        facts |= {"p95_ns": f"{timing.p95_us * NS_PER_US:.0f}"}
    if published and not _fell_back(one):
        facts |= {"published_ns": f"{published[0] * NS_PER_MS:.0f}", "published_by": published[1]}
    facts |= {key: value for key, value in one.section.facts.items() if key != "title"}
    if one.verdict.warnings:
        facts["warning"] = "; ".join(one.verdict.warnings)
    return LatencyRecord(
        name=_name(one),
        unit="nanoseconds",
        count=timing.count,
        warmup_count=one.log.warmup.count if one.log.warmup else None,
        minimum=_ns(timing.min_us),
        median=_ns(timing.median_us),
        mean=_ns(_mean_us(one)),
        p90=None,
        p99=None,
        maximum=_ns(timing.max_us),
        stdev=_ns(timing.std_us),
        accelerator=one.verdict.accelerator,
        facts=tuple(facts.items()),
    )


def _name(one: MeasuredSection) -> str:
    """What a figure is called: never the NPU's where the CPU did all the work."""
    title = one.section.title
    return f"{title} (ran on the CPU)" if _fell_back(one) else title


def _fell_back(one: MeasuredSection) -> bool:
    """True when more was asked for, but the CPU did all the work."""
    return one.section.facts.get("asked", CPU) != CPU and one.verdict.accelerator == CPU


def _mean_us(one: MeasuredSection) -> float | None:
    """Of a single run the tool prints no average but in the summary."""
    timing, summary = one.log.inference, one.log.summary
    average = timing.avg_us if timing else None
    return summary.inference_avg_us if average is None and summary else average


def _ns(us: float | None) -> float | None:
    return None if us is None else us * NS_PER_US


def _memory(one: MeasuredSection) -> tuple[MemoryRecord, ...]:
    """What the process grew by, which benchmark_model itself calls approximate."""
    if one.log.memory_overall_mb is None:
        return ()
    used = round(one.log.memory_overall_mb * MIB)
    return (MemoryRecord(f"process, {_name(one)}", used, None, "benchmark_model"),)


def table_rows(
    measured: Iterable[MeasuredSection], published: Mapping[str, float] | None = None
) -> tuple[TableRow, ...]:
    """One row per configuration, with times in milliseconds, under HEADER."""
    return tuple(_row(one, (published or {}).get(one.section.name)) for one in measured)


def scorer_row(record: LatencyRecord) -> TableRow:
    """The row of mcugen's own program, which ran the same model with zeros as input."""
    times = (record.median, record.mean, None, record.minimum, record.maximum, record.stdev)
    shown = (_ms(None if ns is None else ns / NS_PER_US) for ns in times)
    return TableRow((record.name, record.accelerator, *shown, str(record.count), *["-"] * 4), ())


def published_ms(plan: Plan, board: LinuxBoard) -> Mapping[str, float]:
    """Configuration -> milliseconds published for exactly this model file."""
    return {name: ms for name, (ms, _) in _published(plan, board).items()}


def _row(one: MeasuredSection, published: float | None) -> TableRow:
    remarks = (*one.verdict.errors, *one.verdict.warnings, *_profile_remark(one))
    if not one.verdict.ok:
        blank = ("-",) * (len(HEADER) - 3)
        return TableRow((one.section.title, "no figures", *blank, _number(published)), remarks)
    timing, summary = one.log.inference or Timing(0), one.log.summary
    assert summary is not None
    times = (timing.median_us, _mean_us(one), timing.p95_us, timing.min_us, timing.max_us)
    memory = one.log.memory_overall_mb
    cells = (
        _name(one),
        one.verdict.accelerator or "",
        *(_ms(us) for us in (*times, timing.std_us)),
        str(timing.count),
        _ms(summary.init_us),
        _ms(summary.first_inference_us),
        "-" if memory is None else f"{memory:.1f} MiB",
        _number(None if _fell_back(one) else published),
    )
    return TableRow(cells, remarks)


def _profile_remark(one: MeasuredSection) -> tuple[str, ...]:
    profiled = one.section.is_profiled or bool(one.log.ops)
    return ("timed operator by operator: slower than without, no latency",) if profiled else ()


def text_table(rows: Sequence[TableRow]) -> str:
    """The rows in aligned columns under HEADER, each followed by its remarks; milliseconds."""
    cells = [HEADER, *(row.cells for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(HEADER, widths, strict=True)).rstrip()]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row.cells, widths, strict=True))
        lines.append("  ".join(padded).rstrip())
        lines += [f"    {remark}" for remark in row.remarks]
    return "\n".join((*lines, "times in milliseconds; - is not measured"))


def op_table(measured: MeasuredSection) -> str:
    """The op profile, one line per operator; empty without one."""
    return "\n".join(
        f"{op.average_us:12.1f} us {op.percent or 0:6.2f} %  {op.kind}  {op.name}"
        for op in measured.log.ops
    )


def _ms(us: float | None) -> str:
    return "-" if us is None else f"{us / 1000:.3f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
