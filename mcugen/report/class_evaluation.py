# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Files of the evaluation of a classifier: predictions as CSV, confusion, JSON, HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from mcugen.codegen.render import render
from mcugen.evaluation.classification import ClassEvaluation, changes
from mcugen.evaluation.model_table import MODEL_HEAD, model_cells
from mcugen.files import json_text
from mcugen.foreign_text import csv_text
from mcugen.own_files import write_own
from mcugen.report import plots
from mcugen.report.chart import Chart, svg
from mcugen.report.evaluation import SCHEMA_VERSION
from mcugen.samples.arrays import load_npy
from mcugen.samples.datasets import anomalous_steps

SHOWN_WINDOWS = 6


def write_class_evaluation(evaluation: ClassEvaluation, out: Path) -> Path:
    """Writes out/<step>/predictions.csv and confusion.svg, evaluation.json and evaluation.html.

    Returns the page.
    """
    task = evaluation.task
    for step in evaluation.steps:
        rows = [
            (sample.name, task.names[true], task.names[predicted])
            for sample, true, predicted in zip(
                task.samples, task.classes, step.predicted, strict=True
            )
        ]
        table = csv_text((("sample", "true", "predicted"), *rows))
        write_own(out / step.name / "predictions.csv", table.encode())
        picture = plots.confusion_chart(step.confusion, task.names, step.name)
        write_own(out / step.name / "confusion.svg", svg(picture))
    write_own(out / "evaluation.json", json_text(_as_dict(evaluation)).encode())
    page = out / "evaluation.html"
    write_own(page, render("evaluation.html.j2", _page(evaluation)))
    return page


def _as_dict(evaluation: ClassEvaluation) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "model": evaluation.title,
        "data": evaluation.data,
        "seq_len": None if evaluation.form is None else evaluation.form.seq_len,
        "form": None if evaluation.form is None else evaluation.form.name,
        "facts": dict(evaluation.facts),
        "classes": list(evaluation.task.names),
        "changes": [asdict(change) for change in changes(evaluation.steps)],
        "steps": [
            {
                "name": step.name,
                "accuracy": step.accuracy,
                "precision": list(step.precision),
                "recall": list(step.recall),
                "confusion": step.confusion.tolist(),
                "host_us_per_inference": step.host_us,
                "device_ticks_per_inference": step.device_ticks,
                "tick_unit": evaluation.tick_unit if step.device_ticks is not None else None,
            }
            for step in evaluation.steps
        ],
    }


def _page(evaluation: ClassEvaluation) -> Mapping[str, object]:
    names = evaluation.task.names
    confusions = [plots.confusion_chart(s.confusion, names, s.name) for s in evaluation.steps]
    return {
        "title": evaluation.title,
        "lead": f"{evaluation.data}: {len(evaluation.task.samples)} samples, {len(names)} classes",
        "facts": evaluation.facts,
        "tables": [
            {"title": "Accuracy", "head": MODEL_HEAD, "rows": model_cells(evaluation.rows())},
            *_class_tables(evaluation),
        ],
        "charts": [*confusions, *_series_charts(evaluation)],
        "notes": [
            *(c.text(len(evaluation.task.samples)) for c in changes(evaluation.steps)),
            "time on this PC is that of a reference interpreter: it is not an estimate for a device",
        ],
    }


def _class_tables(evaluation: ClassEvaluation) -> list[dict[str, object]]:
    def text(value: float | None) -> str:
        return "none" if value is None else f"{value:.3f}"

    return [
        {
            "title": f"Classes, {step.name}",
            "head": ["class", "samples", "precision", "recall"],
            "rows": [
                [name, str(int(count)), text(precision), text(recall)]
                for name, count, precision, recall in zip(
                    evaluation.task.names,
                    step.confusion.sum(axis=1),
                    step.precision,
                    step.recall,
                    strict=True,
                )
            ],
        }
        for step in evaluation.steps
    ]


def telling_samples(true: Sequence[int], predicted: Sequence[int], count: int) -> list[int]:
    """Which samples to show: of every kind (class and prediction) the first, then the
    second, and so on, so that mistakes and rare classes are among them; in the order of the data."""
    kinds: dict[tuple[int, int], list[int]] = {}
    for index, kind in enumerate(zip(true, predicted, strict=True)):
        kinds.setdefault(kind, []).append(index)
    rounds = zip_longest(*kinds.values())
    return sorted([i for one in rounds for i in one if i is not None][:count])


def _series_charts(evaluation: ClassEvaluation) -> list[Chart]:
    """Telling windows of a time series, anomalous steps marked; none for other data."""
    task, last = evaluation.task, evaluation.steps[-1]
    marks = anomalous_steps(task.samples[0])
    if marks is None:
        return []
    windows, steps = (load_npy(path, mapped=True) for path in (task.samples[0].path, marks))
    charts = []
    for index in telling_samples(task.classes.tolist(), last.predicted, SHOWN_WINDOWS):
        sample = task.samples[index]
        title = (
            f"{sample.name}: {task.names[task.classes[index]]}, "
            f"{last.name} predicts {task.names[last.predicted[index]]}"
        )
        values = np.asarray(windows[sample.row], np.float32)[:, 0]
        spikes = [int(step) for step in np.flatnonzero(steps[sample.row])]
        charts.append(plots.series_chart(values.tolist(), spikes, title))
    return charts
