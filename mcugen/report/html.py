# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A run as one self-contained HTML page: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from mcugen.codegen.render import render
from mcugen.records import ClipRecord, EnergyRecord, LatencyRecord, MemoryRecord, Run, RunRecord
from mcugen.report import plots
from mcugen.report.anchors import Anchor, anchors_for
from mcugen.report.chart import Chart
from mcugen.report.classes import classified, is_right, right_text
from mcugen.report.configurations import HEADER, configurations, is_configuration
from mcugen.report.detection import detect
from mcugen.report.findings import findings
from mcugen.report.layers import HEADER as LAYER_HEADER
from mcugen.report.layers import LayerProfile, layer_costs
from mcugen.report.load import load_lines
from mcugen.report.numbers import (
    NOT_MEASURED,
    bytes_text,
    central,
    checks,
    cost_text,
    count_text,
    difference,
    difference_text,
    joules_text,
    meaning_text,
    milliwatts_text,
    samples,
    score_text,
    seconds_of,
    time_text,
    verdict,
    with_idle,
)
from mcugen.report.stages import HEADER as STAGE_HEADER
from mcugen.report.stages import stage_cells, stage_charts
from mcugen.report.tiles import tiles
from mcugen.scoring.roc import Separation

MOST_CLASSES = 20
"""Of a chart of confusion."""
TEMPLATE = "report.html.j2"


def report_html(run: Run, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The page for a run; every LatencyRecord and MemoryRecord in it gets a row.

    `pictures`: name -> SVG of an image with what was found on it; they are embedded.
    """
    detection = detect(run.clips)
    latencies = [x for x in run.latencies if not is_configuration(x)]
    times = [time_text(central(x)[0], x.unit, run.head.ticks_per_second) for x in latencies]
    values: dict[str, Any] = {
        "head": run.head,
        "tiles": tiles(run, detection),
        "warnings": findings(run),
        "score_charts": _score_charts(run, detection),
        "cost_charts": _cost_charts(run),
        "layers": [_layers(costs) for costs in layer_costs(run)],
        "stages": {
            "charts": stage_charts(run.stages),
            "header": STAGE_HEADER,
            "rows": [stage_cells(stage) for stage in run.stages],
        },
        "cost_notes": [*load_lines(run), *_cost_notes(run)],
        "configurations": configurations(run),
        "configuration_header": HEADER,
        "latency_fact": _latency_fact,
        "latencies": [_latency_row(x, t) for x, t in zip(latencies, times, strict=True)],
        "has_time": any(times),
        "energies": [(energy.name, _energy_row(energy)) for energy in run.energies],
        "memories": [_memory_row(memory) for memory in run.memories],
        "anchors": _anchor_rows(run),
        "anchor_note": _anchor_note(run.head),
        "clips": [_clip_row(clip, run.head) for clip in run.clips],
        "has_labels": any(clip.label is not None for clip in run.clips),
        "has_scores": any(clip.score is not None for clip in run.clips),
        "has_outputs": bool(checks(run)),
        "has_meaning": any(meaning_text(clip, run.head) for clip in run.clips),
        "has_verdicts": any(is_right(clip) is not None for clip in run.clips),
        "pictures": [
            {"name": name, "svg": base64.b64encode(svg).decode()}
            for name, svg in sorted((pictures or {}).items())
        ],
        "facts": _facts(run),
    }
    return render(TEMPLATE, values)


def _score_charts(run: Run, detection: Separation | None) -> list[Chart]:
    scored = [(clip.label, clip.score) for clip in run.clips if clip.score is not None]
    classes = classified(run)
    charts = [
        plots.confusion_chart(classes.confusion, classes.names, "Confusion")
        if classes is not None and len(classes.names) <= MOST_CLASSES
        else None,
        plots.score_chart(run.clips, run.head.threshold),
        plots.window_chart(run.clips[0], run.head.threshold) if len(run.clips) == 1 else None,
        plots.score_histogram(scored, run.head.threshold),
        plots.roc_chart({"device scores": detection.roc}) if detection is not None else None,
    ]
    return [chart for chart in charts if chart is not None]


COSTS = (("inference_ticks", "Cost of one inference"), ("row_ticks", "Cost of one front-end row"))


def _cost_charts(run: Run) -> list[Chart]:
    unit = run.head.tick_unit
    charts = [plots.cost_histogram(samples(run, field), title, unit) for field, title in COSTS]
    return [chart for chart in charts if chart is not None]


def _layers(costs: LayerProfile) -> dict[str, Any]:
    """The chart and the table of the layers on one accelerator."""
    return {
        "accelerator": costs.accelerator,
        "chart": plots.layer_chart(costs),
        "header": [name.format(unit=costs.unit) for name in LAYER_HEADER],
        "rows": [one.cells for one in costs.layers],
        "notes": costs.notes,
    }


def _cost_notes(run: Run) -> list[str]:
    """Says why a histogram is missing: every sample was the same."""
    return [
        f"{title}: all {count_text(len(ticks))} samples are {count_text(ticks[0])} "
        f"{run.head.tick_unit}, so there is no distribution to draw."
        for field, title in COSTS
        if len(ticks := samples(run, field)) > 1 and min(ticks) == max(ticks)
    ]


def _latency_row(latency: LatencyRecord, time: str) -> dict[str, Any]:
    figures = (
        latency.count or None,
        latency.warmup_count,
        latency.minimum,
        latency.median,
        latency.mean,
        latency.p90,
        latency.p99,
        latency.maximum,
        latency.stdev,
    )
    return {
        "name": latency.name,
        "accelerator": latency.accelerator,
        "unit": latency.unit,
        "facts": " · ".join(_latency_fact(name, value) for name, value in latency.facts),
        "figures": [count_text(figure) for figure in figures],
        "time": time,
    }


def _latency_fact(name: str, value: str) -> str:
    """`name: value`; times (`init_ns`), temperatures and clocks as people read them."""
    for unit, read in UNITS.items():
        stem = name.removesuffix(f"_{unit}")
        if stem != name and value.isdecimal():
            return f"{stem.replace('_', ' ')}: {read(int(value))}"
    return f"{name.replace('_', ' ')}: {value}"


UNITS: dict[str, Callable[[int], str]] = {
    "ns": lambda value: time_text(value, "nanoseconds", None),
    "millicelsius": lambda value: f"{value / 1000:.1f} °C",
    "khz": lambda value: f"{value / 1000:g} MHz",
}


def _energy_row(energy: EnergyRecord) -> tuple[str, ...]:
    return (
        joules_text(energy.joules),
        joules_text(with_idle(energy)),
        milliwatts_text(energy.idle_watts),
        time_text(energy.seconds * 1e9, "nanoseconds", None),
        count_text(energy.count),
        energy.source,
    )


def _memory_row(memory: MemoryRecord) -> dict[str, Any]:
    share = memory.used_bytes / memory.given_bytes if memory.given_bytes else None
    return {
        "name": memory.name,
        "used": bytes_text(memory.used_bytes),
        "given": bytes_text(memory.given_bytes),
        "percent": None if share is None else round(min(share, 1.0) * 100, 1),
        "provenance": memory.provenance,
    }


def _anchor_rows(run: Run) -> list[dict[str, Any]]:
    """What others published, below what this run measured."""
    anchors = anchors_for(run.head.model_sha256)
    if not anchors:
        return []
    return [_own_row(x, run.head) for x in run.latencies if _is_inference(x)] + [
        _published_row(anchor) for anchor in anchors
    ]


def _is_inference(latency: LatencyRecord) -> bool:
    return latency.name == "inference" or latency.unit == "nanoseconds"


def _own_row(latency: LatencyRecord, head: RunRecord) -> dict[str, Any]:
    figure, word = central(latency)
    cycles = figure if latency.unit == "cycles" else None
    clock = head.ticks_per_second if latency.unit == "cycles" else None
    seconds = seconds_of(figure, latency.unit, head.ticks_per_second)
    on = f"on {latency.accelerator}, " if is_configuration(latency) else ""
    return {
        "own": True,
        "engine": f"mcugen {head.engine}" if latency.name == "inference" else latency.name,
        "device": head.board,
        "clock": f"{clock / 1e6:g} MHz" if clock else NOT_MEASURED,
        "latency": f"{seconds * 1e3:.3f} ms" if seconds is not None else NOT_MEASURED,
        "kilocycles": count_text(round(cycles / 1000)) if cycles else NOT_MEASURED,
        "source": f"this run, {on}{word}: {count_text(figure)} {latency.unit}",
    }


def _published_row(anchor: Anchor) -> dict[str, Any]:
    return {
        "own": False,
        "engine": anchor.engine,
        "device": anchor.device,
        "clock": f"{anchor.clock_mhz} MHz" if anchor.clock_mhz else "not stated",
        "latency": f"{anchor.milliseconds:.3f} ms",
        "kilocycles": count_text(anchor.kilocycles),
        "source": anchor.source,
    }


def _anchor_note(head: RunRecord) -> str:
    note = "Kilocycles are clock / throughput, so the loop of the benchmark is in them."
    if head.tick_unit == "instructions":
        note += " Instructions of an emulator cannot be compared with cycles or milliseconds."
    return note


def _clip_row(clip: ClipRecord, head: RunRecord) -> dict[str, Any]:
    compared, different = clip.outputs_compared, clip.outputs_different
    equal = None if compared is None else compared - (different or 0)
    return {
        "name": PurePosixPath(clip.clip).name,
        "path": clip.clip,
        "label": clip.label or "",
        "windows": count_text(clip.windows),
        "score": score_text(clip.score),
        "reference": score_text(clip.reference_score),
        "difference": difference_text(difference(clip)),
        "verdict": verdict(clip, head),
        "spark": plots.sparkline(clip.window_scores),
        "outputs": f"{count_text(equal)} / {count_text(compared)}",
        "meaning": meaning_text(clip, head),
        "right": right_text(clip),
    }


FACTS = (
    ("model", "model"),
    ("model sha256", "model_sha256"),
    ("firmware sha256", "firmware_sha256"),
    ("board", "board"),
    ("engine", "engine"),
    ("rounding", "rounding"),
    ("reference", "reference"),
    ("front-end", "front_end"),
    ("input", "input"),
    ("score", "score"),
    ("threshold", "threshold"),
    ("compiler", "compiler"),
    ("flags", "flags"),
    ("tick", "tick_unit"),
    ("started", "started"),
    ("command", "command"),
)


def _facts(run: Run) -> list[tuple[str, str]]:
    head = run.head
    rows = [(name, _fact(getattr(head, field))) for name, field in FACTS]
    rows.append(("clock", _clock_text(head)))
    rows.extend((x.name, cost_text(x, head)) for x in run.latencies if x.name == "inference")
    return rows + list(head.facts)


def _clock_text(head: RunRecord) -> str:
    """The clock that the ticks are cycles of; a counter of nanoseconds has none."""
    if head.tick_unit == "nanoseconds":
        return "not known: ticks are nanoseconds"
    rate = head.ticks_per_second
    return f"{rate / 1e6:g} MHz" if rate else "none: a tick is not a time"


def _fact(value: object) -> str:
    return NOT_MEASURED if value is None else str(value)
