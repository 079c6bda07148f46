# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Classifiers judged: outputs of samples with a label -> accuracy, precision, recall, confusion."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.evaluation.model_runner import Runner
from mcugen.evaluation.model_table import ModelRow, RecurrentForm
from mcugen.features.reference import Floats
from mcugen.reproducible import ordered_mean
from mcugen.samples.datasets import Dataset, Sample
from mcugen.samples.inputs import WindowsOf
from mcugen.scoring.classes import confusion_matrix, top_accuracy, top_classes
from mcugen.scoring.labels import ANOMALY, NORMAL

BATCH_SAMPLES = 256


@dataclass(frozen=True, slots=True)
class ClassStep:
    """One step (float, int8, a board) over all samples."""

    name: str
    predicted: tuple[int, ...]
    accuracy: float
    precision: tuple[float | None, ...]  # per class; None: never predicted
    recall: tuple[float | None, ...]  # per class; None: no sample of it
    confusion: NDArray[np.int64]  # [true, predicted]
    host_us: float | None  # mean time of one inference on this computer, None on a device
    device_ticks: float | None = None  # mean cost of one inference on the device, in its tick unit


@dataclass(frozen=True, slots=True)
class Task:
    """Samples with the class that each is of."""

    samples: tuple[Sample, ...]
    classes: NDArray[np.int64]
    names: tuple[str, ...]
    alphabetical: bool = False  # nobody named the classes: their order is a guess


def class_task(
    dataset: Dataset, samples: Sequence[Sample], class_count: int, classes: Sequence[str] = ()
) -> Task:
    """Numbers the labels, by `classes` (the names of the outputs) where they are known.

    DataError when labels are missing or do not fit the model's outputs.
    """
    known = tuple(sample for sample in samples if sample.label is not None)
    if not known:
        raise DataError(f"{dataset.root}: no sample has a label")
    labels = {str(sample.label) for sample in known}
    numbers = tuple(map(str, range(class_count)))
    named = len(classes) == class_count
    names = tuple(classes) if named else _names(labels, class_count)
    index = {name: number for number, name in (*enumerate(numbers), *enumerate(names))}
    unknown = sorted(labels - set(names) - (set(numbers) if named else set()))
    if unknown:
        raise DataError(
            f"{dataset.root} has the labels {', '.join(unknown[:5])}, which the {class_count} "
            "classes of the model do not have",
            hint=f"[decode] names {', '.join(names)}" if named else "",
        )
    if len(names) < class_count:
        raise DataError(
            f"{dataset.root} has {len(names)} labels, the model {class_count} classes: "
            "cannot tell which labels these are",
            hint='name them all, in order, in mcugen.toml: [decode] kind = "classes", labels = [...]',
        )
    classes_of = np.array([index[str(sample.label)] for sample in known], np.int64)
    words = not labels <= {NORMAL, ANOMALY, *numbers}
    return Task(known, classes_of, names, alphabetical=words and not named)


def _names(labels: set[str], class_count: int) -> tuple[str, ...]:
    """Numbers as they are, normal before anomaly, and names of folders in alphabetical order."""
    if labels <= {NORMAL, ANOMALY}:
        return NORMAL, ANOMALY
    if all(label.isdecimal() for label in labels):
        return tuple(map(str, range(class_count)))
    return tuple(sorted(labels))


def run_classes(runner: Runner, windows_of: WindowsOf, task: Task) -> tuple[Floats, float]:
    """Outputs [samples, values] (mean over the windows of a sample) and the mean time in us."""
    outputs, seconds, windows = [], 0.0, 0
    for start in range(0, len(task.samples), BATCH_SAMPLES):
        parts = [windows_of(sample) for sample in task.samples[start : start + BATCH_SAMPLES]]
        begin = time.perf_counter()
        results = runner(np.concatenate(parts))
        seconds += time.perf_counter() - begin
        windows += len(results)
        cuts = np.cumsum([len(part) for part in parts])[:-1]
        outputs += [ordered_mean(part.T) for part in np.split(results, cuts)]
    return np.asarray(outputs, np.float32), 1e6 * seconds / windows


def judge_classes(
    name: str,
    outputs: Floats,
    task: Task,
    *,
    host_us: float | None = None,
    device_ticks: float | None = None,
) -> ClassStep:
    """The result of a step; one output is the probability of the second class."""
    scores = np.hstack((1 - outputs, outputs)) if outputs.shape[1] == 1 else outputs
    predicted = top_classes(scores, 1)[:, 0]
    cells = confusion_matrix(task.classes, predicted, scores.shape[1])
    hits = np.diag(cells)
    return ClassStep(
        name=name,
        predicted=tuple(map(int, predicted)),
        accuracy=top_accuracy(scores, task.classes),
        precision=_shares(hits, cells.sum(axis=0)),
        recall=_shares(hits, cells.sum(axis=1)),
        confusion=cells,
        host_us=host_us,
        device_ticks=device_ticks,
    )


def _shares(hits: NDArray[np.int64], totals: NDArray[np.int64]) -> tuple[float | None, ...]:
    return tuple(int(h) / int(t) if t else None for h, t in zip(hits, totals, strict=True))


@dataclass(frozen=True, slots=True)
class ClassEvaluation:
    """All steps of one evaluation on the same samples; `beside`: rows of other models' tables."""

    title: str
    data: str
    task: Task
    steps: tuple[ClassStep, ...]
    tick_unit: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    form: RecurrentForm | None = None
    beside: tuple[ModelRow, ...] = ()

    def rows(self) -> tuple[ModelRow, ...]:
        """One row per step in the table of models, those of `beside` first."""
        own = (
            ModelRow(
                model=self.title,
                seq_len=None if self.form is None else self.form.seq_len,
                form=None if self.form is None else self.form.name,
                step=step.name,
                accuracy=step.accuracy,
                host_us=step.host_us,
                device_ticks=step.device_ticks,
                tick_unit=None if step.device_ticks is None else self.tick_unit,
            )
            for step in self.steps
        )
        return (*self.beside, *own)


@dataclass(frozen=True, slots=True)
class Change:
    """A step compared with the one before: what quantisation, or the device, costs."""

    step: str
    before: str
    accuracy: float  # change of the top-1 accuracy; negative: a loss
    different: int  # samples that are predicted to be of another class

    def text(self, samples: int) -> str:
        """One line."""
        return (
            f"{self.step} against {self.before}: top-1 accuracy changes by {self.accuracy:+.4f}, "
            f"{self.different} of {samples} predictions differ"
        )


def changes(steps: Sequence[ClassStep]) -> tuple[Change, ...]:
    """Every step against the one before it: int8 against float, the device against int8."""
    return tuple(
        Change(
            after.name,
            before.name,
            after.accuracy - before.accuracy,
            sum(a != b for a, b in zip(before.predicted, after.predicted, strict=True)),
        )
        for before, after in zip(steps, steps[1:], strict=False)
    )
