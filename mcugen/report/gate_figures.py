# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a condition of `--fail-if` may name: figures of a run, with their samples where there are any."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, unknown
from mcugen.records import ClipRecord, EnergyRecord, LayerRecord, Run
from mcugen.report.classes import is_right
from mcugen.report.layers import SMALL, ProfiledLayer, layer_costs
from mcugen.report.load import load_of
from mcugen.scoring.labels import ANOMALY, NORMAL

ANY_LAYER = "any layer"

Samples = list[NDArray[np.float64]]
"""The samples of a figure; those of each array are resampled among themselves."""
Statistic = Callable[[Samples], NDArray[np.float64]]
"""Samples [draws, n] -> a figure for each draw."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure of a run, with its samples where there are any. `keys` name what each sample is of; those
    of two runs are pairs where the keys are equal."""

    value: float
    unit: str
    samples: Samples
    statistic: Statistic | None = None
    keys: tuple[object, ...] = ()


def figures_named(a: Run, b: Run, name: str) -> dict[str, tuple[Figure, Figure]]:
    """What both runs have of that name: one figure, or those of several layers, by their full names.

    Of `any layer` all but those below SMALL of the inference in both. ConfigError, with the nearest name,
    where a run has none.
    """
    word = _word(name.removeprefix("score_"))
    x, y = (_layers(run, word) for run in (a, b))
    if not x and not y:
        left, right = (_single(run, word, name) for run in (a, b))
        return {name: (left, right)}
    if only := x.keys() ^ y.keys():
        raise ConfigError(
            f"only one of the runs has {', '.join(sorted(only))}",
            hint="name a layer that both have, or run both with --profile",
        )
    kept = [
        full for full in x if word != ANY_LAYER or max(one[full].share for one in (x, y)) >= SMALL
    ]
    return {full: (_layer(x[full].record), _layer(y[full].record)) for full in kept or x}


def _single(run: Run, word: str, name: str) -> Figure:
    known = {_word(each): make for each, make in _figures(run).items()}
    if word in known:
        return known[word]()
    for option, first_words, what, records in (
        ("--profile", ("layer", ANY_LAYER), "layers", run.layers),
        ("--energy", ("energy", "idle power"), "energies", run.energies),
    ):
        if word.startswith(first_words) and not records:
            raise ConfigError(
                f"--fail-if {name!r}: a run has no {what}", hint=f"run both with {option}"
            )
    layers = [ANY_LAYER, *map(_word, _layers(run, ANY_LAYER))] if run.layers else []
    raise unknown("--fail-if: figure", name, [*known, *layers])


def _word(name: str) -> str:
    return re.sub(r"[\s_,-]+", " ", name.lower()).strip()


def _figures(run: Run) -> dict[str, Callable[[], Figure]]:
    """All but layers: costs and memory as in the report, and what the clips say."""
    found: dict[str, Callable[[], Figure]] = {}
    for latency in run.latencies:
        value = latency.median if latency.median is not None else latency.mean
        if value is not None:
            found[latency.name] = _plain(value, latency.unit)
    for memory in run.memories:
        found[memory.name] = _plain(memory.used_bytes, "bytes")
    for energy in run.energies:
        found[f"energy per {energy.name}"] = partial(_energy, energy)
        found["idle power"] = _plain(energy.idle_watts * 1e3, "mW")
    load = load_of(run)
    if load is not None and load.share is not None:
        found["real-time load"] = _plain(load.share, "")
    if any(clip.inference_ticks for clip in run.clips):
        found["inference"] = lambda: _inference(run)
    if any(clip.row_ticks for clip in run.clips):
        found["front-end"] = lambda: _front_end(run)
    if all(_scored(run, label) for label in (ANOMALY, NORMAL)):
        found["auc"] = lambda: _auc(run)
    if any(is_right(clip) is not None for clip in run.clips):
        found["accuracy"] = lambda: _accuracy(run)
    return found


def _layers(run: Run, word: str) -> Mapping[str, ProfiledLayer]:
    """The layers that a word names: `layer 3`, `layer 3 CONV_2D`, `layer CONV_2D`, `layer TENSOR`."""
    profiles = layer_costs(run)
    found = {}
    for profile in profiles:
        where = f" on {profile.accelerator}" if len(profiles) > 1 else ""
        for one in profile.layers:
            names = (one.name, one.record.layer, one.record.operator, one.record.tensor)
            full = f"layer {one.name}{where}"
            if word in (ANY_LAYER, _word(full), *(_word(f"layer {name}") for name in names)):
                found[full] = one
    return found


def _layer(record: LayerRecord) -> Figure:
    """All inferences are of one input; without samples the record's own median."""
    if not record.samples:
        return Figure(record.median, record.unit, [])
    return _sampled([np.array(record.samples)], record.unit, _middle, ())


def _energy(energy: EnergyRecord) -> Figure:
    """Above idle, in µJ."""
    samples = [np.array(energy.samples) * 1e6] if energy.samples else []
    statistic = _mean if samples else None
    return Figure(energy.joules * 1e6, "µJ", samples, statistic, energy.clips)


def _plain(value: float, unit: str) -> Callable[[], Figure]:
    return lambda: Figure(float(value), unit, [])


def _sampled(samples: Samples, unit: str, statistic: Statistic, keys: Sequence[object]) -> Figure:
    value = float(statistic([part[None] for part in samples])[0])
    return Figure(value, unit, samples, statistic, tuple(keys))


def _ordered(run: Run) -> list[ClipRecord]:
    return sorted(run.clips, key=lambda clip: clip.sha256)


def _middle(parts: Samples) -> NDArray[np.float64]:
    """The mean of the middle half: outliers move it no more than the median, whose error is known worse."""
    ordered = np.sort(parts[0], axis=1)
    quarter = ordered.shape[1] // 4
    return np.asarray(ordered[:, quarter : ordered.shape[1] - quarter].mean(axis=1))


def _mean(parts: Samples) -> NDArray[np.float64]:
    return np.asarray(parts[0].mean(axis=1))


def _inference(run: Run) -> Figure:
    """The middle of all windows."""
    clips = _ordered(run)
    ticks = np.array([tick for clip in clips for tick in clip.inference_ticks], np.float64)
    keys = [(clip.sha256, len(clip.inference_ticks)) for clip in clips]
    return _sampled([ticks], run.head.tick_unit, _middle, keys)


def _front_end(run: Run) -> Figure:
    """The mean cost of a row: a front-end may do most of its work in few of them."""
    clips = [clip for clip in _ordered(run) if clip.row_ticks]
    means = np.array([np.mean(clip.row_ticks) for clip in clips])
    keys = [(clip.sha256, len(clip.row_ticks)) for clip in clips]
    return _sampled([means], run.head.tick_unit, _mean, keys)


def _scored(run: Run, label: str) -> list[ClipRecord]:
    return [clip for clip in _ordered(run) if clip.label == label and clip.score is not None]


def _auc(run: Run) -> Figure:
    """The area under the ROC curve of the clips' scores."""
    groups = [_scored(run, label) for label in (ANOMALY, NORMAL)]
    samples = [np.array([clip.score for clip in group], np.float64) for group in groups]
    keys = [clip.sha256 for group in groups for clip in group]
    return _sampled(samples, "", _area, keys)


def _area(parts: Samples) -> NDArray[np.float64]:
    """The share of pairs in which the positive scores higher, ties counting half (Mann and Whitney)."""
    gaps = parts[0][:, :, None] - parts[1][:, None, :]
    return np.asarray(((gaps > 0) + 0.5 * (gaps == 0)).mean(axis=(1, 2)))


def _accuracy(run: Run) -> Figure:
    """The share of labelled clips whose class is right."""
    judged = [
        (clip.sha256, found) for clip in _ordered(run) if (found := is_right(clip)) is not None
    ]
    rights = np.array([found for _, found in judged], np.float64)
    keys = [sha256 for sha256, _ in judged]
    return _sampled([rights], "", _mean, keys)
