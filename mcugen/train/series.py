# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Windows of time series with a label each: made (sine with spikes) or read from a CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError

Windows = NDArray[np.float32]
SERIES_NAME = "series.json"
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


@dataclass(frozen=True, slots=True)
class Normalisation:
    """z = (x - mean) / deviation; travels with the model as series.json."""

    mean: float
    deviation: float

    def apply(self, windows: Windows) -> Windows:
        """Standardised windows, float32."""
        return ((windows - np.float32(self.mean)) / np.float32(self.deviation)).astype(np.float32)


def make_series(count: int, seq_len: int, seed: int) -> SeriesSet:
    """Four periods of a sine with noise of sigma 0.02; each third window has 1 to 5 spikes of 1 to 6."""
    if count < 20 or seq_len < 2:
        raise ConfigError(
            f"{count} windows of {seq_len} steps are too few", hint="20 of 2 at least"
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


def read_series(path: Path, seq_len: int) -> SeriesSet:
    """Windows cut from a CSV: a header, one row per step, a last column `anomaly` of 0 and 1.

    The other columns are the features. Windows follow each other without overlap; a window is
    anomalous when one of its steps is.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if not lines or len(lines[0]) < 2 or lines[0][-1].strip().lower() != "anomaly":
        raise DataError(f"{path}: line 1 must name the columns, the last one `anomaly`")
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
            raise DataError("a part of the series has windows of one label only", hint="more data")
    return parts[0], parts[1], parts[2]


def normalisation_of(windows: Windows) -> Normalisation:
    """Mean and standard deviation over all values; a constant series cannot be normalised."""
    deviation = float(np.std(windows, dtype=np.float64))
    if deviation == 0.0:
        raise DataError("the series is constant")
    return Normalisation(float(np.mean(windows, dtype=np.float64)), deviation)


def save_normalisation(folder: Path, normalisation: Normalisation, seq_len: int) -> None:
    """Writes folder/series.json."""
    table = {"schema": 1, "seq_len": seq_len, **asdict(normalisation)}
    part = folder / (SERIES_NAME + ".part")
    part.write_text(json.dumps(table, indent=1) + "\n")
    part.replace(folder / SERIES_NAME)


def load_normalisation(folder: Path) -> Normalisation | None:
    """The normalisation saved beside a model, None when there is none."""
    path = folder / SERIES_NAME
    if not path.is_file():
        return None
    try:
        table = json.loads(path.read_text())
        return Normalisation(float(table["mean"]), float(table["deviation"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is damaged: {error}") from error


def save_set(folder: Path, name: str, data: SeriesSet) -> None:
    """Writes x_<name>.npy, y_<name>.npy and steps_<name>.npy, values as recorded."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"x_{name}.npy", data.windows)
    np.save(folder / f"y_{name}.npy", data.labels)
    np.save(folder / f"steps_{name}.npy", data.steps)
