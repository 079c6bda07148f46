# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Windows of time series with a label each: made (sine with spikes) or read from a CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError
from mcugen.own_files import write_own
from mcugen.samples.arrays import npy_bytes

Windows = NDArray[np.float32]
SPLIT = (0.70, 0.15)  # training, validation; the rest is for testing


@dataclass(frozen=True, slots=True)
class SeriesSet:
    """windows [count, seq_len, features], labels [count] (1: anomalous), spikes as labels per step."""

    windows: Windows
    labels: NDArray[np.int64]
    steps: NDArray[np.bool_]  # [count, seq_len], which steps are anomalous; all false if not known

    def take(self, chosen: NDArray[np.int64]) -> SeriesSet:
        """The windows with these indices."""
        return SeriesSet(self.windows[chosen], self.labels[chosen], self.steps[chosen])


def make_series(count: int, seq_len: int, seed: int) -> SeriesSet:
    """Four periods of a sine with noise of sigma 0.02; each third window has 1 to 5 spikes of 1 to 6."""
    if count < 20 or seq_len < 2:
        raise ConfigError(
            f"{count} windows of {seq_len} steps are too few",
            hint="at least 20 windows of at least 2 steps",
        )
    rng = np.random.default_rng(seed)
    phase = np.linspace(0.0, 8.0 * np.pi, seq_len)
    windows = np.sin(phase) + 0.1 * rng.normal(0.0, 0.2, (count, seq_len))
    steps = np.zeros((count, seq_len), np.bool_)
    for index in range(0, count, 3):
        spikes = rng.choice(seq_len, min(int(rng.integers(1, 6)), seq_len), replace=False)
        windows[index, spikes] += rng.uniform(1.0, 6.0, len(spikes))
        steps[index, spikes] = True
    labels = steps.any(axis=1).astype(np.int64)
    return SeriesSet(windows[..., np.newaxis].astype(np.float32), labels, steps)


_CSV_HINT = "a CSV with commas: `temperature,anomaly`, then one step a line: `21.5,0`"


def read_series(path: Path, seq_len: int) -> SeriesSet:
    """Windows cut from a CSV: a header, one row per step, a last column `anomaly` of 0 and 1.

    The other columns are the features. Windows follow each other without overlap; a window is
    anomalous when one of its steps is.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DataError(f"cannot read {path}: {why}", hint=_CSV_HINT) from error
    if not lines or len(lines[0]) < 2 or lines[0][-1].strip().lower() != "anomaly":
        raise DataError(
            f"{path}: line 1 must name the columns, the last one `anomaly`", hint=_CSV_HINT
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        try:
            row = [float(cell) for cell in cells]
        except ValueError:
            raise DataError(f"{path}:{number}: not a number in {','.join(cells)!r}") from None
        if len(row) != len(lines[0]) or not np.isfinite(row).all() or row[-1] not in (0.0, 1.0):
            raise DataError(f"{path}:{number}: not {len(lines[0])} finite values with 0 or 1 last")
        rows.append(row)
    count = len(rows) // seq_len
    if count < 20:
        raise DataError(
            f"{path}: {len(rows)} steps give {count} windows of {seq_len}, 20 are needed"
        )
    table = np.asarray(rows[: count * seq_len]).reshape(count, seq_len, -1)
    steps = table[..., -1] > 0
    return SeriesSet(table[..., :-1].astype(np.float32), steps.any(axis=1).astype(np.int64), steps)


def split_series(data: SeriesSet, seed: int) -> tuple[SeriesSet, SeriesSet, SeriesSet]:
    """Training, validation and test windows, shuffled; DataError unless each has both labels."""
    order = np.random.default_rng((seed, 1)).permutation(len(data.labels))
    first, second = int(SPLIT[0] * len(order)), int(sum(SPLIT) * len(order))
    parts = tuple(data.take(part) for part in np.split(order, (first, second)))
    for part in parts:
        if len(set(part.labels.tolist())) < 2:
            raise DataError(
                "a part of the series has windows of one label only",
                hint="training, validation and test windows must each hold both: use more data",
            )
    return parts[0], parts[1], parts[2]


def front_end_table(windows: Windows) -> dict[str, Any]:
    """[front_end] of a model trained on these windows: channels standardised by mean and deviation.

    DataError for a channel that is constant.
    """
    means = windows.mean(axis=(0, 1), dtype=np.float64)
    deviations = windows.std(axis=(0, 1), dtype=np.float64)
    if not (deviations > 0).all():
        raise DataError("a channel of the series is constant")
    return {
        "kind": "timeseries",
        "means": [float(mean) for mean in means],
        "stddevs": [float(deviation) for deviation in deviations],
        "window_rows": windows.shape[1],
        "stride_rows": windows.shape[1],
    }


def save_set(folder: Path, name: str, data: SeriesSet) -> None:
    """Writes x_<name>.npy, y_<name>.npy and steps_<name>.npy, values as recorded."""
    for what, values in (("x", data.windows), ("y", data.labels), ("steps", data.steps)):
        write_own(folder / f"{what}_{name}.npy", npy_bytes(values))
