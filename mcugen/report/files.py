# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The files of a run beside its records: CSV for spreadsheets, JSON for programs, HTML for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError, near_path
from mcugen.foreign_text import csv_text
from mcugen.own_files import write_own
from mcugen.records import (
    RECORDS_NAME,
    ClipRecord,
    Decoded,
    EnergyRecord,
    LatencyRecord,
    LayerRecord,
    Run,
    StageRecord,
    as_run,
    read_records,
)
from mcugen.report.classes import classified, prediction, right_text
from mcugen.report.detection import at_threshold, auc_interval, detect
from mcugen.report.findings import disagreement, findings, is_unexpected
from mcugen.report.html import report_html
from mcugen.report.junit import junit_xml
from mcugen.report.layers import layer_costs
from mcugen.report.load import front_end_per_window, load_of
from mcugen.report.numbers import checks, difference, heard_s, largest_difference
from mcugen.report.pictures import picture_svg
from mcugen.scoring import wake_word
from mcugen.scoring.roc import MAX_FPR

SUMMARY_SCHEMA = 1
SAMPLES = ("samples", "clips", "differences", "magnitudes")
"""Fields of layers, energies and stages that only the records hold."""
REPORT_NAME = "report.html"
PICTURES = "pictures"


def load_run(path: Path) -> Run:
    """The run in a folder that `mcugen run` wrote, or in a records file. DataError when none is."""
    records = path / RECORDS_NAME if path.is_dir() else path
    if not records.is_file():
        hint = near_path(path) or "pass the folder that `mcugen run --out` wrote"
        if not path.exists():
            raise DataError(f"{path} does not exist", hint=hint)
        raise DataError(f"{path} is not a folder of results: no {RECORDS_NAME} in it", hint=hint)
    return as_run(read_records(records), str(records))


def write_report(run: Run, out: Path) -> Path:
    """Writes scores.csv, latency.csv, summary.json, report.html and, of a profiled run, layers.csv;
    returns the page's path.

    The page holds the pictures that `write_picture` has left in `out`. Each file is replaced whole
    or not at all, and what the user put in its place is kept (mcugen/own_files.py).
    """
    pictures = {path.stem: path.read_bytes() for path in (out / PICTURES).glob("*.svg")}
    contents = {
        "scores.csv": scores_csv(run),
        "latency.csv": latency_csv(run),
        **({"layers.csv": layers_csv(run)} if run.layers else {}),
        "summary.json": summary_json(run),
        REPORT_NAME: report_html(run, pictures),
    }
    for name, content in contents.items():
        write_own(out / name, content)
    return out / REPORT_NAME


def picture_path(clip: Path, out: Path) -> Path:
    """Where the picture of a clip is."""
    return out / PICTURES / f"{clip.name}.svg"


def write_picture(
    pixels: NDArray[np.uint8], found: tuple[Decoded, ...], clip: Path, out: Path
) -> Path:
    """Writes out/pictures/<clip's name>.svg: what was found, drawn on the image; returns its path."""
    path = picture_path(clip, out)
    write_own(path, picture_svg(pixels, found, clip.name))
    return path


def scores_csv(run: Run) -> bytes:
    """One line per clip, of a classifier with its best class; an empty cell is what was not measured."""
    header = ("file", "label", "windows", "device_score", "reference_score", "difference")
    more = ("class", "class_score", "right") if run.head.classes else ()
    heard = ("detected_s",) if run.head.score == wake_word.SCORE else ()
    rows = (
        (c.clip, c.label, c.windows, c.score, c.reference_score, difference(c))
        + (_class_cells(c) if more else ())
        + ((" ".join(f"{time:.2f}" for time in heard_s(c, run.head)),) if heard else ())
        for c in run.clips
    )
    return csv_text([header + more + heard, *rows]).encode()


def _class_cells(clip: ClipRecord) -> tuple[object, ...]:
    best = prediction(clip)
    return (None, None, "") if best is None else (best.what, best.score, right_text(clip))


def latency_csv(run: Run) -> bytes:
    """One line per LatencyRecord, with the record's own field names."""
    names = [field.name for field in fields(LatencyRecord)]
    rows = ([_cell(getattr(latency, name)) for name in names] for latency in run.latencies)
    return csv_text([names, *rows]).encode()


def layers_csv(run: Run) -> bytes:
    """One line per LayerRecord, with its field names, its part of all layers and its MACs per tick."""
    names = [field.name for field in fields(LayerRecord) if field.name not in SAMPLES]
    rows = (
        [*(getattr(one.record, name) for name in names), one.share, one.macs_per_tick]
        for costs in layer_costs(run)
        for one in costs.layers
    )
    return csv_text([[*names, "share", "macs_per_tick"], *rows]).encode()


def _cell(value: object) -> object:
    return "; ".join(f"{k}={v}" for k, v in value) if isinstance(value, tuple) else value


def summary(run: Run) -> dict[str, Any]:
    """All figures of a run that do not grow with its clips, JSON-ready."""
    load = load_of(run)
    return {
        "schema": SUMMARY_SCHEMA,
        "run": asdict(run.head),
        "clips": len(run.clips),
        "windows": sum(clip.windows for clip in run.clips),
        "largest_score_difference": largest_difference(run.clips),
        "checks": [asdict(check) for check in checks(run)],
        "detection": _detection(run),
        "classification": _classification(run),
        "latencies": [asdict(latency) for latency in run.latencies],
        "layers": [_figures(layer) for layer in run.layers],
        "energies": [_figures(energy) for energy in run.energies],
        "stages": [_figures(stage) for stage in run.stages],
        "front_end_ticks_per_window": front_end_per_window(run),
        "load": asdict(load) if load is not None else None,
        "memories": [asdict(memory) for memory in run.memories],
        "warnings": findings(run),
    }


def _figures(record: LayerRecord | EnergyRecord | StageRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if name not in SAMPLES}


def _detection(run: Run) -> dict[str, Any] | None:
    found = detect(run.clips)
    if found is None:
        return None
    decided = at_threshold(run.clips, run.head.threshold)
    return {
        "normal": found.negatives,
        "anomaly": found.positives,
        "auc": found.auc,
        "auc_interval_95": auc_interval(run.clips),
        "pauc": found.pauc,
        "pauc_max_fpr": MAX_FPR,
        "at_threshold": asdict(decided) if decided is not None else None,
    }


def _classification(run: Run) -> dict[str, Any] | None:
    found = classified(run)
    if found is None:
        return None
    return {
        "classes": found.names,
        "clips": found.total,
        "top_1_accuracy": found.accuracy,
        "confusion": found.confusion.tolist(),
    }


def run_csv(run: Run) -> bytes:
    """The clips' scores, or the costs of a run without clips."""
    return scores_csv(run) if run.clips else latency_csv(run)


def run_junit(run: Run) -> bytes:
    """A test case per clip, failed where device and reference disagree, and one for each check."""
    cases = [(clip.clip, disagreement(clip)) for clip in run.clips]
    cases += [
        (check.name, check.text if is_unexpected(check, run.head.input) else "")
        for check in checks(run)
    ]
    return junit_xml(f"mcugen run {run.head.model} on {run.head.board}", cases)


FORMATS: Mapping[str, Callable[[Run], bytes]] = {
    "json": lambda run: summary_json(run),
    "html": lambda run: report_html(run),
    "csv": run_csv,
    "junit": run_junit,
}
"""Name of a format -> the run in it."""


def summary_json(run: Run) -> bytes:
    """summary() as indented ASCII JSON."""
    return json.dumps(summary(run), indent=2).encode() + b"\n"
