# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen evaluate`: how good a model is on a data set, from float to device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli.console import console, note, progress, say
from mcugen.cli.evaluate_options import evaluate_options
from mcugen.cli.feature_options import feature_options
from mcugen.cli.sections import PATH, SectionedCommand, json_option

if TYPE_CHECKING:
    from mcugen.evaluation.classification import ClassEvaluation
    from mcugen.evaluation.detection import Evaluation


@click.command("evaluate", cls=SectionedCommand)
@click.argument("model", type=PATH)
@click.argument("data", type=PATH)
@evaluate_options
@feature_options
@json_option
def command(model: Path, data: Path, as_json: bool, **options: Any) -> None:
    """Score the test part of DATA with MODEL (a file, or a folder with an mcugen.toml).

    An autoencoder is judged by AUC and pAUC per machine, a classifier by accuracy and confusion.
    OUT gets the scores as CSV, evaluation.json and evaluation.html.
    """
    from mcugen.api.evaluate import evaluate
    from mcugen.evaluation.detection import Evaluation

    with progress() as on_progress:
        found = evaluate(model, data, on_progress=on_progress, on_note=note, **options)
    if as_json:
        say((options["out"] / "evaluation.json").read_text(encoding="utf-8"), nl=False)
        return
    if isinstance(found, Evaluation):
        _print_detection(found)
    else:
        _print_classes(found)
    say(f"report: {options['out'] / 'evaluation.html'}")


def _print_detection(evaluation: Evaluation) -> None:
    from rich.table import Table

    table = Table("step", "machine", "normal", "anomaly", "AUC", "95 % interval", "pAUC")
    for step in evaluation.steps:
        for machine in step.machines:
            name = " ".join(filter(None, (machine.machine_type, machine.machine_id))) or "all"
            interval = (
                machine.interval and f"{machine.interval[0]:.3f} to {machine.interval[1]:.3f}"
            )
            table.add_row(
                step.name,
                name,
                str(machine.normals),
                str(machine.anomalies),
                _figure(machine.auc),
                interval or "",
                _figure(machine.pauc),
            )
        table.add_row(
            step.name, "average", "", "", _figure(step.mean("auc")), "", _figure(step.mean("pauc"))
        )
    console().print(table)
    if not any(machine.normals + machine.anomalies for machine in evaluation.steps[-1].machines):
        note("no clip has a label, so there is no AUC; the scores are in the CSV files")
    for name, change in evaluation.auc_costs():
        say(f"{name}: mean AUC changes by {change:+.4f} from the step before")
    if evaluation.threshold is not None:
        rate = f"{100 * evaluation.false_alarm_rate:g} %"
        say(f"threshold {evaluation.threshold:.4f} at a false alarm rate of {rate}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _print_classes(evaluation: ClassEvaluation) -> None:
    from rich.table import Table

    from mcugen.evaluation.classification import changes
    from mcugen.evaluation.model_table import MODEL_HEAD, model_cells

    table = Table(*MODEL_HEAD)
    for cells in model_cells(evaluation.rows()):
        table.add_row(*cells)
    console().print(table)
    if evaluation.task.alphabetical:
        say(
            f"classes in alphabetical order: {', '.join(evaluation.task.names)}; "
            "labels of [decode] in mcugen.toml give the model's"
        )
    for change in changes(evaluation.steps):
        say(change.text(len(evaluation.task.samples)))
