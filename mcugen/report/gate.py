# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a run may replace another: conditions on the change of its figures, judged by their samples.

A condition such as `inference > +3 %` fails unless the samples exclude that change: it is judged by the
change plus, towards the limit, SIGMAS standard errors. With a hundred samples a true change of just the
limit then passes less than once in 100,000 comparisons. The errors are those of a bootstrap of the
samples, paired where both runs have the same clips (Efron and Tibshirani, 1993, chapters 6 and 8). Few
samples do not know their own error well: for them there are more standard errors, as Student's t asks.
Figures without samples are compared as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError
from mcugen.records import Run
from mcugen.report.gate_figures import Figure, Samples, figures_named

SIGMAS = 5.0
BLOCKS, BLOCK = 10, 20  # draws of the bootstrap
LIKE = ("model_sha256", "board", "tick_unit", "input", "flags")
"""Fields of RunRecord that must agree for a change to be one of the firmware."""


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
    return Condition(text, figure, sign == ">", limit, is_relative, unit.replace("uJ", "µJ"))


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
    """Of several layers the worst, whose reason says how many others fail."""
    pairs = figures_named(a, b, condition.figure)
    gates = {name: _judge_figure(x, y, condition) for name, (x, y) in pairs.items()}
    sign = 1 if condition.is_above else -1
    worst = max(gates, key=lambda name: sign * gates[name].bound)
    if worst == condition.figure:
        return gates[worst]
    failed = sum(gate.is_failed for gate in gates.values())
    judged = (
        f"{failed} of {len(gates)} fail, most of all " if failed else f"of {len(gates)} judged, "
    )
    reason = f"{judged if len(gates) > 1 else ''}{worst}: {gates[worst].reason}"
    return replace(gates[worst], reason=reason)


def _judge_figure(x: Figure, y: Figure, condition: Condition) -> Gate:
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
    error = _standard_error(x, y, condition, paired=bool(x.keys) and x.keys == y.keys)
    bound = change + (1 if condition.is_above else -1) * _sigmas(x, y) * error
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


def _sigmas(x: Figure, y: Figure) -> float:
    """As improbable as SIGMAS standard errors are where those are known exactly: the quantile of
    Student's t (Wallace, 1959) for the smallest group of samples."""
    degrees = max(min(map(len, [*x.samples, *y.samples]), default=2) - 1, 1)
    z = SIGMAS * (8 * degrees + 3) / (8 * degrees + 1)
    return math.sqrt(degrees * math.expm1(z * z / degrees))


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
