# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Anomaly detection judged: scores of clips -> AUC and pAUC per machine, with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mcugen.evaluation.model_runner import Runner
from mcugen.reproducible import ordered_mean
from mcugen.samples.datasets import Sample
from mcugen.samples.inputs import WindowsOf
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.scoring.roc import area_interval, separation


@dataclass(frozen=True, slots=True)
class ClipScore:
    """Mean reconstruction error of a clip, and that of each of its windows where known."""

    sample: Sample
    score: float
    window_scores: tuple[float, ...] = ()


ClipScorer = Callable[[Sequence[Sample]], Iterator[ClipScore]]
"""Scores clips one after the other: on the PC (host_scorer) or on a device."""


def host_scorer(runner: Runner, windows_of: WindowsOf) -> ClipScorer:
    """Scores with a model that runs on this computer."""

    def score(samples: Sequence[Sample]) -> Iterator[ClipScore]:
        for sample in samples:
            windows = windows_of(sample)
            errors = reconstruction_errors(windows, runner(windows))
            yield ClipScore(sample, float(ordered_mean(errors)), tuple(map(float, errors)))

    return score


@dataclass(frozen=True, slots=True)
class MachineResult:
    """How well one machine's anomalies are separated from its normals; areas are None without labels."""

    machine_type: str
    machine_id: str
    normals: int
    anomalies: int
    auc: float | None
    pauc: float | None  # up to MAX_FPR, standardised (McClish): 0.5 is chance
    interval: (
        tuple[float, float] | None
    )  # 95 % bootstrap of the AUC; also None for perfect separation


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step (float, int8, a board): all scores, and the areas that follow from them."""

    name: str
    scores: tuple[ClipScore, ...]
    machines: tuple[MachineResult, ...]

    def mean(self, value: str) -> float | None:
        """Average of "auc" or "pauc" over the machines, as the reference prints it."""
        values = [getattr(machine, value) for machine in self.machines]
        known = [number for number in values if number is not None]
        return float(ordered_mean(np.array(known))) if known else None

    def of_machine(self, machine_type: str, machine_id: str) -> tuple[ClipScore, ...]:
        """Scores of one machine's clips."""
        wanted = (machine_type, machine_id)
        return tuple(
            s for s in self.scores if (s.sample.machine_type, s.sample.machine_id) == wanted
        )


def judge_step(name: str, scores: Iterable[ClipScore], *, resamples: int, seed: int) -> StepResult:
    """The result of a step; `resamples` bootstrap draws from `seed` give the intervals."""
    step = StepResult(name, tuple(scores), ())
    keys = sorted({(s.sample.machine_type, s.sample.machine_id) for s in step.scores})
    machines = []
    for index, key in enumerate(keys):
        machines.append(_judge_machine(key, step.of_machine(*key), resamples, (seed, index)))
    return StepResult(name, step.scores, tuple(machines))


def _judge_machine(
    key: tuple[str, str], scores: Sequence[ClipScore], resamples: int, seed: tuple[int, int]
) -> MachineResult:
    normals, anomalies = labelled(scores, NORMAL), labelled(scores, ANOMALY)
    found = separation(anomalies, normals)
    if found is None:
        return MachineResult(*key, len(normals), len(anomalies), None, None, None)
    interval = area_interval(anomalies, normals, seed=seed, rounds=resamples) if resamples else None
    return MachineResult(*key, len(normals), len(anomalies), found.auc, found.pauc, interval)


def labelled(scores: Iterable[ClipScore], label: str) -> list[float]:
    """Scores of the clips with a label."""
    return [score.score for score in scores if score.sample.label == label]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All steps of one evaluation, from float to device, on the same clips."""

    title: str
    data: str
    steps: tuple[StepResult, ...]
    threshold: float | None
    false_alarm_rate: float
    facts: tuple[tuple[str, str], ...] = ()

    def auc_costs(self) -> tuple[tuple[str, float], ...]:
        """(step, change of the mean AUC against the step before)."""
        pairs = zip(self.steps, self.steps[1:], strict=False)
        changes = [(after.name, before.mean("auc"), after.mean("auc")) for before, after in pairs]
        return tuple((n, b - a) for n, a, b in changes if a is not None and b is not None)
