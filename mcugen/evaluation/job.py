# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model and a data set -> what can be evaluated, and the evaluation of every step on the PC."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mcugen.config import CONFIG_NAME, Config, find_config, load_config
from mcugen.errors import DataError, ModelError, near_path
from mcugen.evaluation.classification import ClassStep, Task, class_task, judge_classes, run_classes
from mcugen.evaluation.detection import ClipScore, StepResult, host_scorer, judge_step
from mcugen.evaluation.model_runner import Opener, open_tflite
from mcugen.evaluation.model_table import RecurrentForm, recurrent_form
from mcugen.features.benchmarks import known_classes
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import Graph, Quant
from mcugen.model.tflite import read_tflite
from mcugen.samples.datasets import Dataset, Sample, anomalous_steps, check_two_classes
from mcugen.samples.inputs import (
    FeatureOptions,
    Inputs,
    Progress,
    front_end_of,
    open_inputs,
    preset_table,
)
from mcugen.scoring.labels import ANOMALY, NORMAL

INT8_ENDINGS = ("_int8_float_io", "_int8")


@dataclass(frozen=True, slots=True)
class EvaluationJob:
    """What is evaluated: `models` maps a step ("float", "int8") to its file, in order."""

    config: Config
    models: Mapping[str, Path]
    dataset: Dataset
    samples: tuple[Sample, ...]
    front_end: FrontEnd | None
    output_values: int
    detects: bool  # reconstruction error; else the outputs are classes
    open_model: Opener
    form: RecurrentForm | None = None

    @property
    def title(self) -> str:
        """The model by the name of its file and folder."""
        return f"{self.config.model.name} of {self.config.model.resolve().parent.name}"

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Name and hash of every model file."""
        return tuple(
            (name, f"{path.name}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
            for name, path in self.models.items()
        )

    def open_inputs(self, options: FeatureOptions, progress: Progress) -> Inputs:
        """The samples as model inputs; int8 arrays are in the quantisation of the model."""
        return open_inputs(
            self.dataset,
            self.samples,
            self.front_end,
            options,
            progress,
            quant=_input_quant(self.models),
        )


def open_evaluation(
    model: Path,
    dataset: Dataset,
    machine_type: str | None,
    front_end: str | None,
    open_model: Opener = open_tflite,
) -> EvaluationJob:
    """Finds models, front-end and samples; reads no sample yet.

    `model` is a file, or a folder with an mcugen.toml. Beside an int8 file the float file it was
    converted from is also evaluated, when it is there. `open_model` opens the files.
    """
    config = _config(model)
    table: Mapping[str, Any] = config.front_end if front_end is None else preset_table(front_end)
    taken, given = _sizes(config.model, open_model)
    kind = _type_of(dataset, machine_type, config.model)
    samples = tuple(s for s in dataset.part("test") if kind in (None, s.machine_type))
    if not samples:
        raise DataError(
            f"{dataset.root} has no test clips" + (f" of type '{kind}'" if kind else "")
        )
    detects = config.score == "reconstruction-error" or taken == given
    if detects and any(sample.label is not None for sample in samples):
        check_two_classes(samples, dataset.root)
    return EvaluationJob(
        config=config,
        models=_steps(config.model),
        dataset=dataset,
        samples=samples,
        front_end=front_end_of(table, "[front_end]"),
        output_values=given,
        detects=detects,
        open_model=open_model,
        form=next(filter(None, map(recurrent_form, _graphs(_steps(config.model)))), None),
    )


def _config(model: Path) -> Config:
    if model.is_dir() and (model / CONFIG_NAME).is_file():
        return load_config(model / CONFIG_NAME)
    if not model.is_file():
        hint = "pass a .tflite or .keras file, or the folder that `mcugen convert` wrote to"
        if not model.exists():
            raise ModelError(f"{model} does not exist", hint=near_path(model) or hint)
        raise ModelError(
            f"{model} is neither a model file nor a folder with an {CONFIG_NAME}", hint=hint
        )
    config = find_config(model, model.parent, model.parent)
    beside = model.parent / CONFIG_NAME
    if not config.front_end and beside.is_file():  # a sibling of the model that it names
        named = load_config(beside)
        return replace(named, model=model)
    return config


def _steps(model: Path) -> dict[str, Path]:
    """The float file before the int8 one; a lone file under what it is."""
    if model.suffix != ".tflite":
        return {"keras": model}
    for ending in INT8_ENDINGS:
        if model.stem.endswith(ending):
            before = model.with_name(model.stem.removesuffix(ending) + ".tflite")
            return {"float": before, "int8": model} if before.is_file() else {"int8": model}
    return {"int8" if _input_quant({"": model}) else "float": model}


def _graphs(models: Mapping[str, Path]) -> Iterator[Graph]:
    return (read_tflite(path) for path in models.values() if path.suffix == ".tflite")


def _input_quant(models: Mapping[str, Path]) -> Quant | None:
    """Quantisation of the input of the int8 model, None when there is none."""
    quants = (graph.tensors[graph.inputs[0]].quant for graph in _graphs(models))
    return next((quant for quant in quants if quant is not None), None)


def _sizes(model: Path, open_model: Opener) -> tuple[int, int]:
    """Values of the input and of the output."""
    if model.suffix == ".tflite":
        graph = read_tflite(model)
        ends = graph.inputs[0], graph.outputs[0]
        return graph.tensors[ends[0]].elements, graph.tensors[ends[1]].elements
    with open_model(model) as loaded:
        return loaded.taken, loaded.given


def _type_of(dataset: Dataset, given: str | None, model: Path) -> str | None:
    """The machine type to evaluate: as named, or as the model's folder is called; None: all."""
    types = dataset.machine_types()
    if given is not None and given not in types:
        raise DataError(f"{dataset.root} has no machine type '{given}', only {', '.join(types)}")
    folder = model.resolve().parent.name
    return given or (folder if folder in types else None)


def detect_on_host(
    job: EvaluationJob, inputs: Inputs, resamples: int, progress: Callable[[ClipScore], None]
) -> tuple[StepResult, ...]:
    """Every model of the job over all clips."""
    results = []
    for name, path in job.models.items():
        with job.open_model(path) as model:
            scores = _reported(host_scorer(model.run, inputs.windows_of)(job.samples), progress)
            results.append(judge_step(name, scores, resamples=resamples, seed=0))
    return tuple(results)


def _reported(
    scores: Iterator[ClipScore], progress: Callable[[ClipScore], None]
) -> Iterator[ClipScore]:
    for score in scores:
        progress(score)
        yield score


def classify_on_host(job: EvaluationJob, inputs: Inputs) -> tuple[Task, tuple[ClassStep, ...]]:
    """Every model of the job over all labelled samples."""
    names = job.config.decode.get("labels", ())
    if not names and anomalous_steps(job.samples[0]) is not None:
        names = (NORMAL, ANOMALY)
    file = job.config.model
    if not names and file.is_file():
        names = known_classes(job.front_end, file.read_bytes(), job.output_values)
    task = class_task(job.dataset, job.samples, max(job.output_values, 2), names)
    steps = []
    for name, path in job.models.items():
        with job.open_model(path) as model:
            outputs, host_us = run_classes(model.run, inputs.windows_of, task)
        steps.append(judge_classes(name, outputs, task, host_us=host_us))
    return task, tuple(steps)
