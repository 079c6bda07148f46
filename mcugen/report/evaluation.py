# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Files of the evaluation of an anomaly detector: CSV as the DCASE baseline writes it, JSON, HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcugen.codegen.render import render
from mcugen.evaluation.detection import ClipScore, Evaluation, MachineResult, StepResult, labelled
from mcugen.files import json_text
from mcugen.foreign_text import csv_text
from mcugen.own_files import write_own
from mcugen.report import plots
from mcugen.report.chart import Chart
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import MAX_FPR, roc_curve

SCHEMA_VERSION = 1


def write_evaluation(evaluation: Evaluation, out: Path) -> Path:
    """Writes out/<step>/*.csv, out/evaluation.json and out/evaluation.html; returns the page."""
    for step in evaluation.steps:
        folder = out / step.name
        for machine in step.machines:
            clips = sorted(_clips_of(step, machine), key=lambda s: s.sample.label == ANOMALY)
            rows = [(s.sample.name, s.score) for s in clips]  # normals first, as in the reference
            write_own(folder / score_file_name(machine), csv_text(rows).encode())
        if step.mean("auc") is not None:
            write_own(folder / "result.csv", csv_text(result_rows(step)).encode())
    write_own(out / "evaluation.json", json_text(_as_dict(evaluation)).encode())
    page = out / "evaluation.html"
    write_own(page, render("evaluation.html.j2", _page(evaluation)))
    return page


def score_file_name(machine: MachineResult) -> str:
    """anomaly_score_<type>_id_<id>.csv, without parts that the data set does not have."""
    return (
        "_".join(filter(None, ("anomaly_score", machine.machine_type, machine.machine_id))) + ".csv"
    )


def result_rows(step: StepResult) -> list[tuple[object, ...]]:
    """Rows of result.csv as 01_test.py of the reference writes them: one block per machine type."""
    rows: list[tuple[object, ...]] = []
    for machine_type in dict.fromkeys(machine.machine_type for machine in step.machines):
        machines = [
            m for m in step.machines if m.machine_type == machine_type and m.auc is not None
        ]
        rows += [(machine_type,), ("id", "AUC", "pAUC")]
        rows += [
            (m.machine_id.removeprefix("id_").removeprefix("section_"), m.auc, m.pauc)
            for m in machines
        ]
        part = StepResult(step.name, (), tuple(machines))
        rows += [("Average", part.mean("auc"), part.mean("pauc")), ()]
    return rows


def _clips_of(step: StepResult, machine: MachineResult) -> tuple[ClipScore, ...]:
    return step.of_machine(machine.machine_type, machine.machine_id)


def _as_dict(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "data": evaluation.data,
        "facts": dict(evaluation.facts),
        "threshold": evaluation.threshold,
        "false_alarm_rate": evaluation.false_alarm_rate,
        "auc_change": dict(evaluation.auc_costs()),
        "steps": [
            {
                "name": step.name,
                "auc": step.mean("auc"),
                "pauc": step.mean("pauc"),
                "machines": [asdict(machine) for machine in step.machines],
                "clips": [
                    {"clip": s.sample.name, "label": s.sample.label, "score": s.score}
                    for s in step.scores
                ],
            }
            for step in evaluation.steps
        ],
    }


def _page(evaluation: Evaluation) -> Mapping[str, object]:
    return {
        "title": evaluation.title,
        "lead": f"{evaluation.data}: {len(evaluation.steps[0].scores)} clips",
        "facts": evaluation.facts,
        "tables": [_area_table(evaluation)],
        "charts": _charts(evaluation),
        "notes": _notes(evaluation),
    }


def _area_table(evaluation: Evaluation) -> dict[str, object]:
    """Per machine: AUC with its interval, and pAUC, one pair of columns per step."""
    head = ["machine", *(f"{s.name}: {w}" for s in evaluation.steps for w in ("AUC", "pAUC"))]
    rows = []
    for index, machine in enumerate(evaluation.steps[0].machines):
        name = " ".join(filter(None, (machine.machine_type, machine.machine_id))) or "all"
        cells = [cell for s in evaluation.steps for cell in _area_cells(s.machines[index])]
        rows.append([name, *cells])
    means = [s.mean(word) for s in evaluation.steps for word in ("auc", "pauc")]
    rows.append(["average", *(_number(mean) for mean in means)])
    return {"title": "Areas under the curve", "head": head, "rows": rows, "has_total": True}


def _area_cells(machine: MachineResult) -> tuple[str, str]:
    text = _number(machine.auc)
    if machine.interval is not None:
        text += f" ({machine.interval[0]:.3f} to {machine.interval[1]:.3f})"
    return text, _number(machine.pauc)


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4f}"


def _charts(evaluation: Evaluation) -> list[Chart]:
    last = evaluation.steps[-1]
    charts: list[Chart | None] = []
    for machine in evaluation.steps[0].machines:
        name = " ".join(filter(None, (machine.machine_type, machine.machine_id))) or "all clips"
        if machine.auc is not None:
            curves = {
                step.name: roc_curve(
                    labelled(_clips_of(step, machine), ANOMALY),
                    labelled(_clips_of(step, machine), NORMAL),
                )
                for step in evaluation.steps
            }
            charts.append(plots.roc_chart(curves, f"{name}: receiver operating characteristic"))
        scores = _clips_of(last, machine)
        scored = [(score.sample.label, score.score) for score in scores]
        title = f"{name}: scores, {last.name}"
        charts.append(plots.score_histogram(scored, evaluation.threshold, title))
    return [chart for chart in charts if chart is not None]


def _notes(evaluation: Evaluation) -> list[str]:
    notes = [
        f"{name}: mean AUC changes by {change:+.4f} from the step before"
        for name, change in evaluation.auc_costs()
    ]
    if evaluation.threshold is not None:
        notes.append(
            f"threshold {evaluation.threshold:.4f}: at most {100 * evaluation.false_alarm_rate:g} % "
            f"of the normal clips score above it ({evaluation.steps[-1].name})"
        )
    if any(machine.interval for step in evaluation.steps for machine in step.machines):
        notes.append("in brackets: 95 % percentile bootstrap interval of the AUC")
    notes.append(
        f"pAUC up to a false positive rate of {MAX_FPR}, the shaded part of the ROC curves"
    )
    return notes
