# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A recording of current and voltage, and the energy in parts of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError

Doubles = NDArray[np.float64]
COLUMNS = ("time_s", "current_a", "voltage_v")
MARK = "mark"


@dataclass(frozen=True, slots=True)
class Trace:
    """Samples of one recording, [n] each; times rise. `marks` is a digital input, None without one."""

    times_s: Doubles
    amperes: Doubles
    volts: Doubles
    marks: NDArray[np.bool_] | None = None

    def joules(self, start_s: float, end_s: float) -> float:
        """Energy between two times of the recording: trapezoids, the ends interpolated."""
        first, last = (
            np.searchsorted(self.times_s, start_s, "right"),
            np.searchsorted(self.times_s, end_s),
        )
        near = slice(max(first - 1, 0), last + 1)
        times = np.concatenate([[start_s], self.times_s[first:last], [end_s]])
        watts = np.interp(times, self.times_s[near], self.amperes[near] * self.volts[near])
        return float(np.trapezoid(watts, times))

    def mean_watts(self, start_s: float, end_s: float) -> float:
        """Mean power between two times."""
        return self.joules(start_s, end_s) / (end_s - start_s)

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The samples for which the mark is set, each time it is, as first and behind the last; one time
        that is cut off does not count."""
        if self.marks is None:
            return ()
        edges = np.diff(self.marks.astype(np.int8), prepend=self.marks[:1], append=self.marks[-1:])
        rises, falls = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        ended = falls[falls > rises[0]] if len(rises) else falls[:0]
        return tuple(zip(rises.tolist(), ended.tolist(), strict=False))

    @property
    def held_joules(self) -> Doubles:
        """Energy up to each sample, [n], where each sample holds until the next: marks change with
        samples, so what lies between marks has no part of what lies around them."""
        steps = self.amperes[:-1] * self.volts[:-1] * np.diff(self.times_s)
        return np.concatenate([[0.0], np.cumsum(steps)])


def read_trace(path: Path) -> Trace:
    """The recording in a CSV with the columns time_s, current_a, voltage_v and, perhaps, mark (0 or 1).

    DataError names what is missing or not a number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not CSV: {error}") from error
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(missing)}",
            hint="a header and lines: time_s,current_a,voltage_v,mark in s, A, V, and 0 or 1",
        )
    times, amperes, volts = (_column(rows, name, path) for name in COLUMNS)
    if len(times) < 2 or not (np.diff(times) > 0).all():
        raise DataError(f"{path}: time_s does not rise from line to line")
    marks = _column(rows, MARK, path) > 0.5 if MARK in rows[0] else None
    return Trace(times, amperes, volts, marks)


def _column(rows: Sequence[dict[str, str]], name: str, path: Path) -> Doubles:
    values = []
    for line, row in enumerate(rows, start=2):
        try:
            values.append(float(row[name]))
        except (TypeError, ValueError) as error:
            raise DataError(f"{path}:{line}: {name} = {row[name]!r} is not a number") from error
    found = np.array(values)
    if not np.isfinite(found).all():
        raise DataError(f"{path}: {name} holds values that are not finite")
    return found
