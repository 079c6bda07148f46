# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen evaluate`: how good a model is on a data set, from float to device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli.console import console, say
from mcugen.cli.evaluate_options import EvaluateOptions, evaluate_options, refuse_idle_options
from mcugen.cli.feature_options import clip_bar, feature_options, open_dataset
from mcugen.cli.sections import PATH, SectionedCommand
from mcugen.errors import ConfigError

if TYPE_CHECKING:
    from mcugen.boards import Board
    from mcugen.evaluation.classification import ClassEvaluation
    from mcugen.evaluation.detection import Evaluation
    from mcugen.evaluation.job import EvaluationJob
    from mcugen.evaluation.model_table import ModelRow
    from mcugen.export.project import BuildRequest
    from mcugen.samples.inputs import Inputs
    from mcugen.toolchain.project import Project


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


@click.command("evaluate", cls=SectionedCommand)
@click.argument("model", type=PATH)
@click.argument("data", type=PATH)
@evaluate_options
@feature_options
def command(model: Path, data: Path, **given: Any) -> None:
    """Score the test part of DATA with MODEL (a file, or a folder with an mcugen.toml).

    An autoencoder is judged by AUC and pAUC per machine, a classifier by accuracy and confusion.
    OUT gets the scores as CSV, evaluation.json and evaluation.html.
    """
    from mcugen.cli.folder import hold_folder
    from mcugen.evaluation.job import open_evaluation
    from mcugen.evaluation.model_table import read_rows
    from mcugen.samples.feature_store import Extraction
    from mcugen.samples.inputs import FeatureOptions
    from mcugen.train.backend import open_model

    options = EvaluateOptions(**given)
    refuse_idle_options(options)
    job = open_evaluation(
        model, open_dataset(data), options.machine_type, options.front_end, open_model
    )
    others = tuple(row for folder in options.beside for row in read_rows(folder))
    device = None if options.board_name is None else _device(job, options.board_name, options)
    extraction = FeatureOptions(options.cache, Extraction(options.jobs, options.parallel))
    with clip_bar(len(job.samples), "clips") as step:
        inputs = job.open_inputs(extraction, step)
    hold_folder(options.out)
    if job.detects:
        _detect(job, inputs, device, options)
    else:
        _classify(job, inputs, device, options.out, others)


def _device(job: EvaluationJob, board_name: str, options: EvaluateOptions) -> Device:
    """The project for the board, generated in OUT/<board>, and compiled unless a port is named."""
    from mcugen.boards import find_board
    from mcugen.codegen.tree_writer import write_tree
    from mcugen.export.project import generate
    from mcugen.platforms.choose import platform_of
    from mcugen.platforms.platform import Places
    from mcugen.toolchain.project import open_project

    board = find_board(board_name, options.board_dir)
    if options.port is None and not board.run_command:
        raise ConfigError(
            f"board {board.name} needs --port",
            hint=f"mcugen build {job.config.model} --board {board.name}, flash it, and pass --port",
        )
    request = _request(job, board, options)
    project = generate(request)
    folder = options.out / board.name / "project"
    write_tree(project.tree, folder)
    if options.port is None:
        places = Places(request.engine, request.engine_options.optimize, tflm=options.tflm)
        compiler = platform_of(board).compile
        if compiler is not None:
            compiler(folder, board, places)
    opened = open_project(folder, options.board_dir)
    return Device(opened, options.port, options.out / board.name)


def _request(job: EvaluationJob, board: Board, options: EvaluateOptions) -> BuildRequest:
    """What `mcugen build` would make of the model, so that a flashed board runs the same."""
    from mcugen.features.toml import front_end_to_dict
    from mcugen.platforms.request import Choices, make_request

    table = {} if job.front_end is None else front_end_to_dict(job.front_end)
    score = "reconstruction-error" if job.detects else "none"
    config = replace(job.config, front_end=table, score=score)
    return make_request(config, board, Choices(engine=options.engine, rounding=options.rounding))


def _detect(
    job: EvaluationJob, inputs: Inputs, device: Device | None, options: EvaluateOptions
) -> None:
    from mcugen.evaluation.detection import Evaluation, judge_step, labelled
    from mcugen.evaluation.job import detect_on_host
    from mcugen.report.evaluation import write_evaluation
    from mcugen.scoring.labels import NORMAL
    from mcugen.scoring.roc import threshold_at

    resamples = options.resamples
    with clip_bar(len(job.samples) * len(job.models), "scores") as step:
        steps = detect_on_host(job, inputs, resamples, step)
    if device is not None:
        from mcugen.evaluation.on_device import score_on_device

        with clip_bar(len(job.samples), device.name) as step:
            scored = score_on_device(device.project, device.port, job.samples, device.folder, step)
        rounding = device.project.manifest.rounding
        if rounding != "double":  # the step int8 rounds twice, as TFLite Micro does
            name = f"int8-{rounding}-rounding"
            steps = (*steps, judge_step(name, scored.reference, resamples=resamples, seed=0))
        steps = (*steps, judge_step(device.name, scored.device, resamples=resamples, seed=0))
    normals = labelled(steps[-1].scores, NORMAL)
    threshold = threshold_at(normals, options.false_alarm_rate) if normals else None
    evaluation = Evaluation(
        job.title,
        job.dataset.root.name,
        steps,
        threshold,
        options.false_alarm_rate,
        (*job.facts(), *(device.facts if device else ())),
    )
    _print_detection(evaluation, write_evaluation(evaluation, options.out))


def _classify(
    job: EvaluationJob,
    inputs: Inputs,
    device: Device | None,
    out: Path,
    others: tuple[ModelRow, ...],
) -> None:
    from mcugen.evaluation.classification import ClassEvaluation, judge_classes, run_classes
    from mcugen.evaluation.job import classify_on_host
    from mcugen.report.class_evaluation import write_class_evaluation

    task, steps = classify_on_host(job, inputs)
    unit = None
    if device is not None:
        from mcugen.evaluation.on_device import open_device_runner

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
    if not any(machine.normals + machine.anomalies for machine in evaluation.steps[-1].machines):
        say("no clip has a label, so there is no AUC; the scores are in the CSV files", err=True)
    for name, change in evaluation.auc_costs():
        say(f"{name}: mean AUC changes by {change:+.4f} from the step before")
    if evaluation.threshold is not None:
        rate = f"{100 * evaluation.false_alarm_rate:g} %"
        say(f"threshold {evaluation.threshold:.4f} at a false alarm rate of {rate}")
    say(f"report: {page}")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _print_classes(evaluation: ClassEvaluation, page: Path) -> None:
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
    say(f"report: {page}")
