# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How good a model is on a data set, from float to device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

from mcugen.api.folder import held_folder
from mcugen.api.options import refuse_strangers
from mcugen.boards import Board, find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.errors import ConfigError
from mcugen.evaluation.classification import ClassEvaluation, judge_classes, run_classes
from mcugen.evaluation.detection import Evaluation, judge_step, labelled
from mcugen.evaluation.job import EvaluationJob, classify_on_host, detect_on_host, open_evaluation
from mcugen.evaluation.model_table import ModelRow, read_rows
from mcugen.evaluation.on_device import open_device_runner, score_on_device
from mcugen.export.project import BuildRequest, generate
from mcugen.features.toml import front_end_to_dict
from mcugen.paths import StrPath, optional_path
from mcugen.platforms.choose import platform_of
from mcugen.platforms.platform import Places
from mcugen.platforms.request import Choices, make_request
from mcugen.progress import OnNote, OnProgress, counted, no_note, no_progress
from mcugen.report.class_evaluation import write_class_evaluation
from mcugen.report.evaluation import write_evaluation
from mcugen.samples.datasets import open_dataset
from mcugen.samples.feature_store import Extraction
from mcugen.samples.inputs import FeatureOptions, Inputs
from mcugen.scoring.labels import NORMAL
from mcugen.scoring.roc import threshold_at
from mcugen.toolchain.project import Project, open_project
from mcugen.train.backend import open_model


@dataclass(frozen=True, slots=True)
class _OnBoard:
    """A compiled project, the port of its device and the folder of its records."""

    project: Project
    port: str | None
    folder: Path

    @property
    def name(self) -> str:
        return self.project.manifest.board

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What ran on the board."""
        it = self.project.manifest
        about = f"engine {it.engine}, {it.rounding} rounding, firmware sha256 {it.firmware_sha256}"
        return ((self.name, about),)


class EvaluateOptions(TypedDict, total=False):
    """The options of `mcugen evaluate`, by their names; `mcugen evaluate --help` says what each is."""

    board: str | None
    board_dir: StrPath | None
    engine: str
    rounding: str
    tflm: StrPath | None
    port: str | None
    type: str | None
    front_end: str | None
    false_alarm_rate: float
    resamples: int
    out: StrPath
    beside: Sequence[StrPath]
    jobs: int
    parallel: str
    cache: StrPath | None


def evaluate(
    model: StrPath,
    data: StrPath,
    *,
    on_progress: OnProgress = no_progress,
    on_note: OnNote = no_note,
    **options: Unpack[EvaluateOptions],
) -> Evaluation | ClassEvaluation:
    """Scores the test part of a data set with a model, as `mcugen evaluate` does. A detector of
    anomalies gives an Evaluation, a classifier a ClassEvaluation.

    The same files as the command's are in `out`, by default result. DataError, ModelError and
    ConfigError name what does not go together; DeviceError when the device fails, and the same call
    resumes.
    """
    refuse_strangers("evaluate", options, EvaluateOptions)
    _refuse_idle_options(options)
    dataset = open_dataset(Path(data), on_note)
    kind, front_end = options.get("type"), options.get("front_end")
    job = open_evaluation(Path(model), dataset, kind, front_end, open_model)
    others = tuple(row for folder in options.get("beside", ()) for row in read_rows(Path(folder)))
    out = Path(options.get("out", "result"))
    board = options.get("board")
    device = None if board is None else _on_board(job, board, out / board, options)
    extraction = Extraction(options.get("jobs", -1), options.get("parallel", "joblib"))
    features = FeatureOptions(optional_path(options.get("cache")), extraction)
    inputs = job.open_inputs(features, counted(on_progress, "features", len(job.samples)))
    with held_folder(out):
        if job.detects:
            detection = _detect(job, inputs, device, options, on_progress)
            write_evaluation(detection, out)
            return detection
        classes = _classify(job, inputs, device, others, on_progress)
        write_class_evaluation(classes, out)
        return classes


def _refuse_idle_options(options: EvaluateOptions) -> None:
    """ConfigError that names every option of a device when there is none."""
    names = ("board_dir", "engine", "rounding", "tflm", "port")
    given = [f"--{name.replace('_', '-')}" for name in names if options.get(name)]
    if given and options.get("board") is None:
        raise ConfigError(f"{', '.join(given)}: no board is given", hint="--board NAME")


def _on_board(
    job: EvaluationJob, board_name: str, folder: Path, options: EvaluateOptions
) -> _OnBoard:
    """The project for the board, generated in `folder`, and compiled unless a device runs it already."""
    board_dir, port = optional_path(options.get("board_dir")), options.get("port")
    board = find_board(board_name, board_dir)
    if port is None and not board.run_command:
        raise ConfigError(
            f"board {board.name} needs --port",
            hint=f"mcugen build {job.config.model} --board {board.name}, flash it, and pass --port",
        )
    choices = Choices(engine=options.get("engine", ""), rounding=options.get("rounding", ""))
    request = _request(job, board, choices)
    project = folder / "project"
    write_tree(generate(request).tree, project)
    compiler = platform_of(board).compile
    if port is None and compiler is not None:
        tflm = optional_path(options.get("tflm"))
        compiler(project, board, Places(request.engine, request.engine_options.optimize, tflm=tflm))
    return _OnBoard(open_project(project, board_dir), port, folder)


def _request(job: EvaluationJob, board: Board, choices: Choices) -> BuildRequest:
    """What `mcugen build` would make of the model, so that a flashed board runs the same."""
    table = {} if job.front_end is None else front_end_to_dict(job.front_end)
    score = "reconstruction-error" if job.detects else "none"
    return make_request(replace(job.config, front_end=table, score=score), board, choices)


def _detect(
    job: EvaluationJob,
    inputs: Inputs,
    device: _OnBoard | None,
    options: EvaluateOptions,
    on_progress: OnProgress,
) -> Evaluation:
    rate, resamples = options.get("false_alarm_rate", 0.01), options.get("resamples", 1000)
    step = counted(on_progress, "scores", len(job.samples) * len(job.models))
    steps = detect_on_host(job, inputs, resamples, step)
    if device is not None:
        step = counted(on_progress, device.name, len(job.samples))
        scored = score_on_device(device.project, device.port, job.samples, device.folder, step)
        rounding = device.project.manifest.rounding
        if rounding != "double":  # the step int8 rounds twice, as TFLite Micro does
            name = f"int8-{rounding}-rounding"
            steps = (*steps, judge_step(name, scored.reference, resamples=resamples, seed=0))
        steps = (*steps, judge_step(device.name, scored.device, resamples=resamples, seed=0))
    normals = labelled(steps[-1].scores, NORMAL)
    return Evaluation(
        job.title,
        job.dataset.root.name,
        steps,
        threshold_at(normals, rate) if normals else None,
        rate,
        (*job.facts(), *(device.facts if device else ())),
    )


def _classify(
    job: EvaluationJob,
    inputs: Inputs,
    device: _OnBoard | None,
    others: tuple[ModelRow, ...],
    on_progress: OnProgress,
) -> ClassEvaluation:
    on_progress("outputs", 0.0)
    task, steps = classify_on_host(job, inputs)
    unit = None
    if device is not None:
        on_progress(device.name, 0.0)
        with open_device_runner(device.project, device.port) as (runner, ticks, unit):
            outputs, _ = run_classes(runner, inputs.windows_of, task)
        cost = sum(ticks) / len(ticks)
        steps = (*steps, judge_classes(device.name, outputs, task, device_ticks=cost))
    facts = (*job.facts(), *(device.facts if device else ()))
    return ClassEvaluation(
        job.title, job.dataset.root.name, task, steps, unit, facts, job.form, others
    )
