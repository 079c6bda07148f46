# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen evaluate`: how good a model is on a data set, from float to device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.cli.console import console
from mcugen.cli.feature_options import clip_bar, feature_options

if TYPE_CHECKING:
    from mcugen.boards import Board
    from mcugen.export.request import Choices
    from mcugen.run.project import Project
    from mcugen.train.class_evaluation import ClassEvaluation
    from mcugen.train.evaluate import EvaluationJob
    from mcugen.train.evaluation import Evaluation
    from mcugen.train.model_table import ModelRow
    from mcugen.train.sources import Inputs


@dataclass(frozen=True, slots=True)
class Device:
    """A compiled project, the port of its device and the folder of its records."""

    project: Project
    port: str | None
    folder: Path

    @property
    def name(self) -> str:
        """The board."""
        return self.project.manifest.board

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What ran on the board."""
        it = self.project.manifest
        about = f"engine {it.engine}, {it.rounding} rounding, firmware sha256 {it.firmware_sha256}"
        return ((self.name, about),)


@click.command("evaluate")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--board", "board_name", help="Also on this board; see `mcugen boards`.")
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
@click.option("--engine", default="", help="Default: as mcugen.toml says, else the board's first.")
@click.option(
    "--rounding",
    default="",
    help="double as TFLite Micro, or single. Default: as mcugen.toml says, else double.",
)
@click.option("--port", help="Port of the device. Default: the board's emulator.")
@click.option("--type", "machine_type", help="Machine type. Default: the model's folder name.")
@click.option("--front-end", help="Default: as mcugen.toml beside MODEL says, else raw.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("result"),
    show_default=True,
    help="Folder of the results.",
)
@click.option(
    "--false-alarm-rate",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    help="Share of normal clips that may score above the threshold.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="Bootstrap draws; 0: none.",
)
@click.option(
    "--beside",
    type=click.Path(path_type=Path),
    multiple=True,
    help="OUT of an earlier evaluation of a classifier, shown in the same table; may be repeated.",
)
@feature_options
def command(
    model: Path,
    data: Path,
    board_name: str | None,
    board_dir: Path | None,
    engine: str,
    rounding: str,
    port: str | None,
    machine_type: str | None,
    front_end: str | None,
    out: Path,
    false_alarm_rate: float,
    resamples: int,
    beside: tuple[Path, ...],
    jobs: int,
    parallel: str,
    cache: Path | None,
) -> None:
    """Score the test part of DATA with MODEL (a file, or a folder with an mcugen.toml).

    An autoencoder is judged by AUC and pAUC per machine, a classifier by accuracy and confusion.
    OUT gets the scores as CSV, evaluation.json and evaluation.html.
    """
    from mcugen.train.datasets import load_dataset
    from mcugen.train.evaluate import open_evaluation
    from mcugen.train.feature_store import Extraction
    from mcugen.train.model_table import read_rows
    from mcugen.train.sources import FeatureOptions

    job = open_evaluation(model, load_dataset(data), machine_type, front_end)
    others = tuple(row for folder in beside for row in read_rows(folder))
    device = None
    if board_name is not None:
        from mcugen.boards import find_board
        from mcugen.export.request import Choices

        choices = Choices(engine=engine, rounding=rounding)
        device = _device(job, find_board(board_name, board_dir), choices, port, out, board_dir)
    options = FeatureOptions(cache, Extraction(jobs, parallel))
    with clip_bar(len(job.samples), "clips") as step:
        inputs = job.open_inputs(options, step)
    if job.detects:
        _detect(job, inputs, device, out, false_alarm_rate, resamples)
    else:
        _classify(job, inputs, device, out, others)


def _device(
    job: EvaluationJob,
    board: Board,
    choices: Choices,
    port: str | None,
    out: Path,
    board_dir: Path | None,
) -> Device:
    """The project for the board, generated and compiled in OUT/<board>."""
    from mcugen.codegen.tree import write_tree
    from mcugen.export.project import generate
    from mcugen.export.request import make_request
    from mcugen.features.table import front_end_to_dict
    from mcugen.run.project import open_project
    from mcugen.toolchain.build import compile_project

    table = {} if job.front_end is None else front_end_to_dict(job.front_end)
    score = "reconstruction-error" if job.detects else "none"
    config = replace(job.config, front_end=table, score=score)
    project = generate(make_request(config, board, choices))
    folder = out / board.name / "project"
    write_tree(project.tree, folder)
    compile_project(folder, board)
    return Device(open_project(folder, board_dir), port, out / board.name)


def _detect(
    job: EvaluationJob,
    inputs: Inputs,
    device: Device | None,
    out: Path,
    false_alarm_rate: float,
    resamples: int,
) -> None:
    from mcugen.scoring.roc import threshold_at
    from mcugen.train.datasets import NORMAL
    from mcugen.train.detection import judge, labelled
    from mcugen.train.evaluate import detect_on_host
    from mcugen.train.evaluation import Evaluation, write_evaluation

    with clip_bar(len(job.samples) * len(job.models), "scores") as step:
        steps = detect_on_host(job, inputs, resamples, step)
    if device is not None:
        from mcugen.run.evaluation import score_on_device

        with clip_bar(len(job.samples), device.name) as step:
            scored = score_on_device(device.project, device.port, job.samples, device.folder, step)
        rounding = device.project.manifest.rounding
        if rounding != "double":  # the step int8 rounds twice, as TFLite Micro does
            name = f"int8-{rounding}-rounding"
            steps = (*steps, judge(name, scored.reference, resamples=resamples, seed=0))
        steps = (*steps, judge(device.name, scored.device, resamples=resamples, seed=0))
    normals = labelled(steps[-1].scores, NORMAL)
    threshold = threshold_at(normals, false_alarm_rate) if normals else None
    evaluation = Evaluation(
        job.title,
        job.dataset.root.name,
        steps,
        threshold,
        false_alarm_rate,
        (*job.facts(), *(device.facts if device else ())),
    )
    _print_detection(evaluation, write_evaluation(evaluation, out))


def _classify(
    job: EvaluationJob,
    inputs: Inputs,
    device: Device | None,
    out: Path,
    others: tuple[ModelRow, ...],
) -> None:
    from mcugen.train.class_evaluation import ClassEvaluation, write_class_evaluation
    from mcugen.train.classification import judge_classes, run_classes
    from mcugen.train.evaluate import classify_on_host

    task, steps = classify_on_host(job, inputs)
    unit = None
    if device is not None:
        from mcugen.run.evaluation import open_device_runner

        with open_device_runner(device.project, device.port) as (runner, ticks, unit):
            outputs, _ = run_classes(runner, inputs.windows_of, task)
        cost = sum(ticks) / len(ticks)
        steps = (*steps, judge_classes(device.name, outputs, task, device_ticks=cost))
    facts = (*job.facts(), *(device.facts if device else ()))
    evaluation = ClassEvaluation(
        job.title, job.dataset.root.name, task, steps, unit, facts, job.form, others
    )
    _print_classes(evaluation, write_class_evaluation(evaluation, out))


def _print_detection(evaluation: Evaluation, page: Path) -> None:
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
    for name, change in evaluation.auc_costs():
        click.echo(f"{name}: mean AUC changes by {change:+.4f} against the step before")
    if evaluation.threshold is not None:
        rate = f"{100 * evaluation.false_alarm_rate:g} %"
        click.echo(f"threshold {evaluation.threshold:.4f} at a false alarm rate of {rate}")
    click.echo(f"report: {page}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _print_classes(evaluation: ClassEvaluation, page: Path) -> None:
    from rich.table import Table

    from mcugen.train.class_evaluation import changes
    from mcugen.train.model_table import MODEL_HEAD, model_cells

    table = Table(*MODEL_HEAD)
    for cells in model_cells(evaluation.rows()):
        table.add_row(*cells)
    console().print(table)
    if evaluation.task.alphabetical:
        click.echo(
            f"classes in alphabetical order: {', '.join(evaluation.task.names)}; "
            "labels of [decode] in mcugen.toml give the model's"
        )
    for change in changes(evaluation.steps):
        click.echo(change.text(len(evaluation.task.samples)))
    click.echo(f"report: {page}")
