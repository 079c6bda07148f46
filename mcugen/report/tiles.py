# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The headline figures of a run."""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.records import ROW, LatencyRecord, Run, RunRecord
from mcugen.report.classes import classified
from mcugen.report.detection import at_threshold, auc_interval_text
from mcugen.report.load import front_end_per_window, headroom_text, load_of
from mcugen.report.numbers import (
    central,
    checks,
    count_text,
    difference_text,
    energy_text,
    joules_text,
    largest_difference,
    percent_text,
    time_text,
)
from mcugen.scoring.roc import MAX_FPR, Separation


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure with its small print."""

    name: str
    value: str
    note: str


def tiles(run: Run, detection: Separation | None) -> list[Tile]:
    """Those that the run has figures for."""
    shown = []
    windows = sum(clip.windows for clip in run.clips)
    if run.clips:
        plural = "s" if windows != 1 else ""
        note = f"{count_text(windows)} window{plural} through the device"
        shown.append(Tile("Clips", count_text(len(run.clips)), note))
    if detection is not None:
        note = (
            f"{auc_interval_text(run.clips)}pAUC {detection.pauc:.4f} (false positive rate up to {MAX_FPR}); "
            f"{detection.negatives} normal, {detection.positives} anomaly"
        )
        shown.append(Tile("AUC", f"{detection.auc:.4f}", note))
    decided = at_threshold(run.clips, run.head.threshold)
    if decided is not None:
        note = f"at the threshold {run.head.threshold:g}: {decided.text}"
        shown.append(Tile("Recall", f"{decided.found / decided.anomalies:.3f}", note))
    classes = classified(run)
    if classes is not None:
        note = f"{classes.right} of {classes.total} labelled clips are right"
        shown.append(Tile("Top-1 accuracy", f"{classes.accuracy:.4f}", note))
    worst = largest_difference(run.clips)
    if worst is not None:
        note = f"largest score difference to {run.head.reference}"
        shown.append(Tile("Device − reference", difference_text(worst), note))
    for check in checks(run):
        title = f"{check.name.capitalize()} that differ"
        shown.append(
            Tile(
                title,
                count_text(check.different),
                f"of {count_text(check.compared)} that {check.against} gives",
            )
        )
    named = [latency for latency in run.latencies if latency.name != ROW]
    shown.extend(_latency_tile(latency, run.head) for latency in named[:3])
    shown.extend(_stream_tiles(run))
    for energy in run.energies:
        note = energy_text(energy)
        shown.append(Tile(f"Energy per {energy.name}", joules_text(energy.joules), note))
    return shown


def _stream_tiles(run: Run) -> list[Tile]:
    """What a stream costs: the front-end for each window, and all of it against the clock."""
    front_end, load = front_end_per_window(run), load_of(run)
    tiles = []
    if front_end is not None:
        time = time_text(front_end, run.head.tick_unit, run.head.ticks_per_second)
        note = f"{run.head.tick_unit}, mean" + (f" = {time}" if time else "")
        tiles.append(Tile("Front-end, for each window", count_text(round(front_end)), note))
    if load is None:
        return tiles
    if load.share is None:
        ticks = load.per_second(load.per_window)
        note = f"{load.unit}: front-end and inferences of a stream"
        return [*tiles, Tile("One second of audio", count_text(round(ticks)), note)]
    burst = time_text(load.burst, load.unit, run.head.ticks_per_second)
    note = f"of the core; {headroom_text(load.share)}; longest burst {burst}"
    return [*tiles, Tile("Real-time load", percent_text(load.share, 2), note)]


def _latency_tile(latency: LatencyRecord, head: RunRecord) -> Tile:
    figure, word = central(latency)
    time = time_text(figure, latency.unit, head.ticks_per_second)
    if latency.unit == "nanoseconds":
        return Tile(latency.name, time, f"{word}, on {latency.accelerator}")
    note = f"{latency.unit}, {word}" + (f" = {time}" if time else "")
    return Tile(f"Cost of one {latency.name}", count_text(figure), note)
