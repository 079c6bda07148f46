# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a run may replace another: conditions on the change of its figures, judged by their samples.

A condition such as `inference > +3 %` fails unless the samples exclude that change: it is judged by the
change plus, towards the limit, SIGMAS standard errors. With a hundred samples a true change of just the
limit then passes less than once in 100,000 comparisons. The errors are those of a bootstrap of the
samples, paired where both runs have the same clips (Efron and Tibshirani, 1993, chapters 6 and 8).
Figures without samples are compared as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, unknown
from mcugen.records import ClipRecord, Run
from mcugen.report.classes import is_right
from mcugen.report.load import load_of
from mcugen.scoring.labels import ANOMALY, NORMAL

SIGMAS = 5.0
BLOCKS, BLOCK = 10, 20  # draws of the bootstrap
LIKE = ("model_sha256", "board", "tick_unit", "input", "flags")
"""Fields of RunRecord that must agree for a change to be one of the firmware."""

Samples = list[NDArray[np.float64]]
"""The samples of a figure; those of each array are resampled among themselves."""
Statistic = Callable[[Samples], NDArray[np.float64]]
"""Samples [draws, n] -> a figure for each draw."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A change from run A to run B that must not be: of `figure`, above or below `limit`."""

    text: str
    figure: str
    is_above: bool
    limit: float  # in parts of A where `is_relative`, else in `unit`
    is_relative: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition and what became of it. `bound` is what the change may be with its uncertainty; both
    are in parts of A where the condition is in percent. `samples` counts those of run B, 0 where the
    figure has none."""

    condition: str
    a: float
    b: float
    change: float
    bound: float
    samples: int
    is_failed: bool
    reason: str


def parse_condition(text: str) -> Condition:
    """`FIGURE > +3 %`, `FIGURE < -0.01`, `FIGURE > +512 bytes`; ConfigError for anything else."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"--fail-if {text!r} is no condition",
            hint="FIGURE > +CHANGE or FIGURE < -CHANGE, such as 'inference > +3 %'",
        )
    figure, sign, number, unit = found.groups()
    is_relative = unit == "%"
    limit = float(number) / (100 if is_relative else 1)
    if (sign == ">") != (limit >= 0):
        raise ConfigError(
            f"--fail-if {text!r} would forbid runs without a change",
            hint="a limit above (>) is 0 or more, one below (<) is negative",
        )
    return Condition(text, figure, sign == ">", limit, is_relative, unit)


_CONDITION = re.compile(r"\s*(.+?)\s*([<>])\s*([+-]?\d+(?:\.\d+)?)\s*(%|\w*)\s*")


def unlike(a: Run, b: Run) -> tuple[str, ...]:
    """In what the runs differ that decides their figures beside the firmware."""
    names = [name for name in LIKE if getattr(a.head, name) != getattr(b.head, name)]
    clips_a, clips_b = ({clip.sha256 for clip in run.clips} for run in (a, b))
    return (*names, *(["clips"] if clips_a != clips_b else []))


def judge_conditions(a: Run, b: Run, conditions: Sequence[str]) -> tuple[Gate, ...]:
    """ConfigError for a condition that is none, or of a figure that the runs do not have."""
    return tuple(_judge(a, b, parse_condition(text)) for text in conditions)


def _judge(a: Run, b: Run, condition: Condition) -> Gate:
    x, y = (_figure(run, condition) for run in (a, b))
    if condition.unit not in ("", "%", x.unit):
        raise ConfigError(
            f"--fail-if {condition.text!r}: {condition.figure} is in {x.unit or 'no unit'}",
            hint="leave the unit out, or give the change in %",
        )
    if x.unit != y.unit:
        raise ConfigError(f"{condition.figure} is in {x.unit} in A and in {y.unit} in B")
    if condition.is_relative and x.value == 0:
        raise ConfigError(f"{condition.figure} is 0 in A: a change has no percentage")
    change = _change(x.value, y.value, condition)
    error = _standard_error(x, y, condition, paired=x.keys == y.keys)
    bound = change + (SIGMAS if condition.is_above else -SIGMAS) * error
    is_failed = _beyond(bound, condition)
    return Gate(
        condition=condition.text,
        a=x.value,
        b=y.value,
        change=change,
        bound=bound,
        samples=sum(map(len, y.samples)),
        is_failed=is_failed,
        reason=_reason(x, y, change, bound, condition),
    )


def _change(a: float, b: float, condition: Condition) -> float:
    return b / a - 1 if condition.is_relative else b - a


def _beyond(change: float, condition: Condition) -> bool:
    return change > condition.limit if condition.is_above else change < condition.limit


def _reason(x: Figure, y: Figure, change: float, bound: float, condition: Condition) -> str:
    shown = f"{_text(change, condition)} ({x.value:,.6g} to {y.value:,.6g}"
    if bound != change:
        most = "at most" if condition.is_above else "at least"
        shown += f"; {most} {_text(bound, condition)} by its {sum(map(len, y.samples)):,} samples"
    if _beyond(bound, condition) and not _beyond(change, condition):
        return f"{shown}), which does not exclude the limit: measure more"
    return f"{shown})"


def _text(change: float, condition: Condition) -> str:
    if condition.is_relative:
        return f"{100 * change:+.2f} %"
    return f"{change:+.4g}" + (f" {condition.unit}" if condition.unit else "")


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure of a run, with its samples where there are any. `keys` tells whether those of two runs
    are pairs."""

    value: float
    unit: str
    samples: Samples
    statistic: Statistic | None = None
    keys: tuple[object, ...] = ()


def _standard_error(x: Figure, y: Figure, condition: Condition, *, paired: bool) -> float:
    """Of the change; 0 where the figure has no samples."""
    if x.statistic is None or y.statistic is None:
        return 0.0
    random = np.random.default_rng(0)
    changes = np.concatenate([_draws(x, y, condition, random, paired) for _ in range(BLOCKS)])
    return float(np.std(changes, ddof=1)) if len(changes) > 1 else 0.0


def _draws(
    x: Figure, y: Figure, condition: Condition, random: np.random.Generator, paired: bool
) -> NDArray[np.float64]:
    """Changes between resampled runs, a block of them at a time: long runs have many samples."""
    assert x.statistic is not None
    assert y.statistic is not None
    drawn = _draw(x.samples, random)
    other = drawn if paired else _draw(y.samples, random)
    left = x.statistic([part[at] for part, at in zip(x.samples, drawn, strict=True)])
    right = y.statistic([part[at] for part, at in zip(y.samples, other, strict=True)])
    if not condition.is_relative:
        return right - left
    return np.asarray(right[left != 0] / left[left != 0] - 1)


def _draw(samples: Samples, random: np.random.Generator) -> list[NDArray[np.int64]]:
    return [random.integers(0, len(part), (BLOCK, len(part))) for part in samples]


def _figure(run: Run, condition: Condition) -> Figure:
    """The figure of that name; ConfigError, with the nearest one, where the run has none."""
    known = {_word(name): make for name, make in _figures(run).items()}
    name = _word(condition.figure.removeprefix("score_"))
    if name not in known:
        raise unknown("--fail-if: figure", condition.figure, known)
    return known[name]()


def _word(name: str) -> str:
    return re.sub(r"[\s_,-]+", " ", name.lower()).strip()


def _figures(run: Run) -> dict[str, Callable[[], Figure]]:
    """What a condition may name: costs and memory as in the report, and what the clips say."""
    found: dict[str, Callable[[], Figure]] = {}
    for latency in run.latencies:
        value = latency.median if latency.median is not None else latency.mean
        if value is not None:
            found[latency.name] = _plain(value, latency.unit)
    for memory in run.memories:
        found[memory.name] = _plain(memory.used_bytes, "bytes")
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
