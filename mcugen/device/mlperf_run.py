# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The two modes of MLPerf Tiny over a data set in its layout: accuracy and performance."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcugen.device.mlperf import Dialect, Inference, file_scores, iterations_for_window
from mcugen.errors import DataError, DeviceError
from mcugen.features.benchmarks import ID
from mcugen.reproducible import ordered_mean, ordered_sum
from mcugen.samples.datasets import Sample, load_dataset
from mcugen.scoring.classes import top_accuracy
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import area_under, roc_curve

WINDOWS = 5
WARMUP = 10
ATTEMPTS = 3  # to get a window of 10 s
OnFile = Callable[[Sample], None]


@dataclass(frozen=True, slots=True)
class FileScore:
    """One file: the mean of what its windows gave, each window's classes scaled to sum 1 first."""

    file: str
    label: str
    windows: int
    results: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """All files and the benchmark's one figure, as the official runner computes it."""

    files: tuple[FileScore, ...]
    metric: str  # "AUC" or "top-1"
    value: float


@dataclass(frozen=True, slots=True)
class Performance:
    """Five windows on five inputs."""

    windows: tuple[Inference, ...]

    @property
    def median_per_second(self) -> float:
        """What the official runner prints as median throughput."""
        return statistics.median(window.per_second for window in self.windows)


def find_samples(folder: Path, model_id: str) -> tuple[Sample, ...]:
    """The files that y_labels.csv lists, in `folder` or in its sub-folder of that id.

    The id comes from the device: it names no folder elsewhere.
    """
    is_name = ID.fullmatch(model_id) and not model_id.startswith(".")
    inside = folder / model_id if is_name else folder
    dataset = load_dataset(inside if inside.is_dir() else folder)
    if dataset.layout != "mlperf":
        raise DataError(
            f"{folder} is not an MLPerf Tiny data set: no y_labels.csv",
            hint=f"pass the folder that holds {model_id}/y_labels.csv",
        )
    return dataset.samples


def cut(sample: Sample) -> tuple[bytes, ...]:
    """The uploads of one file: overlapping windows where the list gives their size, else all of it."""
    try:
        data = sample.path.read_bytes()
    except OSError as error:
        raise DataError(f"{sample.path} cannot be read: {error.strerror}") from error
    size, stride = sample.window_bytes, sample.stride_bytes
    if not size:
        return (data,)
    windows = tuple(data[at : at + size] for at in range(0, len(data) - size + 1, max(stride, 1)))
    if not windows:
        raise DataError(f"{sample.path}: {len(data)} bytes, one window is {size}")
    return windows


def measure_accuracy(dialect: Dialect, samples: tuple[Sample, ...], on_file: OnFile) -> Accuracy:
    """Every window of every file, one inference each."""
    files = []
    for sample in samples:
        on_file(sample)
        found = file_scores(dialect, cut(sample))
        if len(set(map(len, found))) != 1:
            raise DeviceError(f"{sample.name}: windows gave different numbers of results")
        windows = np.array(found)
        if windows.shape[1] > 1:
            windows = windows / np.maximum(ordered_sum(windows)[:, None], 1e-9)
        means = tuple(ordered_mean(windows.T).tolist())
        files.append(FileScore(sample.path.name, sample.label or "", len(windows), means))
    return _accuracy_of(tuple(files))


def measure_performance(
    dialect: Dialect, samples: tuple[Sample, ...], on_file: OnFile
) -> Performance:
    """Five windows of at least 10 s, each on the first window of another file.

    A window that was shorter, because the device became faster, is measured again with more
    inferences, a few times; only a computer that does other work needs that.
    """
    if len(samples) < WINDOWS:
        raise DataError(f"{len(samples)} files are listed, performance mode needs {WINDOWS}")
    windows = []
    iterations = 0
    for sample in samples[:WINDOWS]:
        on_file(sample)
        dialect.load(cut(sample)[0])
        iterations = iterations or iterations_for_window(dialect)
        for _ in range(ATTEMPTS):
            window = dialect.infer(iterations, WARMUP)
            if window.is_long_enough:
                break
            iterations = window.iterations_to_fill_window
        windows.append(window)
    return Performance(tuple(windows))


MODES: dict[str, Callable[[Dialect, tuple[Sample, ...], OnFile], Accuracy | Performance]] = {
    "performance": measure_performance,
    "accuracy": measure_accuracy,
}
"""What `mcugen mlperf --mode` takes."""


def _accuracy_of(files: tuple[FileScore, ...]) -> Accuracy:
    if len({len(file.results) for file in files}) != 1:
        raise DeviceError("the device gave more results for one file than for another")
    if len(files[0].results) == 1:
        scores = {
            label: [file.results[0] for file in files if file.label == label]
            for label in (NORMAL, ANOMALY)
        }
        for label, found in scores.items():
            if not found:
                raise DataError(f"no file is labelled {label}, so there is no AUC")
        return Accuracy(files, "AUC", area_under(roc_curve(scores[ANOMALY], scores[NORMAL])))
    outputs = np.array([file.results for file in files])
    unknown = {file.label for file in files} - {str(index) for index in range(outputs.shape[1])}
    if unknown:
        raise DataError(
            f"the device gives {outputs.shape[1]} classes, the list has {', '.join(sorted(unknown))}",
            hint="the data set is for another benchmark than this firmware",
        )
    classes = np.array([int(file.label) for file in files])
    return Accuracy(files, "top-1", top_accuracy(outputs, classes))
