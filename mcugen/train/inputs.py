# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Samples of a data set -> model inputs, whether they are clips, .bin files or array rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError, nearest
from mcugen.features.reference import Source, cut_windows, dequantize, row_extractor
from mcugen.features.sources import SOURCE_SUFFIXES
from mcugen.features.spec import PRESETS, FrontEnd
from mcugen.features.toml import front_end_from_dict
from mcugen.model.ir import Quant
from mcugen.train.datasets import ANOMALY, NORMAL, Dataset, Sample, load_array
from mcugen.train.detection import WindowsOf
from mcugen.train.feature_store import FeatureStore
from mcugen.train.model_runner import Floats

SOURCE_TYPES: dict[str, type[np.generic]] = {"image": np.uint8, "timeseries": np.float32}
"""Front-ends whose source is an array -> its type."""


def front_end_of(table: Mapping[str, Any], where: str) -> FrontEnd | None:
    """The front-end a [front_end] table describes; None for `raw` or an empty table."""
    if not table or table.get("kind") == "raw" or table.get("preset") == "raw":
        return None
    return front_end_from_dict(table, where)


def preset_table(name: str) -> dict[str, Any]:
    """The [front_end] table of `--front-end NAME`."""
    if name not in (*PRESETS, "raw"):
        near = nearest(name, (*PRESETS, "raw"))
        raise ConfigError(
            f"no front-end {name!r}",
            hint=f"did you mean {near!r}?" if near else f"known: {', '.join(PRESETS)}, raw",
        )
    return {"kind": "raw"} if name == "raw" else {"preset": name}


def require_audio(dataset: Dataset, front_end: FrontEnd | None) -> FrontEnd:
    """The front-end, once it is known that there are clips for it."""
    if dataset.source != "audio":
        raise DataError(f"{dataset.root} holds {dataset.layout} data, audio clips are needed")
    if front_end is None:
        raise ConfigError("clips need a front-end", hint="--front-end mlperf-ad")
    if ".wav" not in SOURCE_SUFFIXES[front_end.kind]:
        raise ConfigError(
            f"{dataset.root} holds sounds, and the front-end {front_end.kind!r} reads none",
            hint="give the data that the model is for, or another --front-end",
        )
    return front_end


def training_samples(dataset: Dataset, machine_type: str) -> tuple[Sample, ...]:
    """What may be trained on: the training part, or all that is not an anomaly in plain folders."""
    training = dataset.part("train", machine_type)
    if not training and dataset.layout == "folders":
        training = tuple(s for s in dataset.samples if s.label in (NORMAL, None))
    for sample in training:
        if sample.label == ANOMALY:
            raise DataError(
                f"{sample.path} is an anomaly in the training part",
                hint="an autoencoder is trained on normal clips only",
            )
    if not training:
        types = ", ".join(filter(None, dataset.machine_types()))
        raise DataError(
            f"{dataset.root}: no training clip of type '{machine_type}'",
            hint=f"its machine types: {types}" if types else "it needs a part to train on",
        )
    return training


def held_out_normals(dataset: Dataset, machine_type: str) -> tuple[Sample, ...]:
    """Normal clips of the test part; in plain folders, and where there is none, the training clips."""
    normals = tuple(s for s in dataset.part("test", machine_type) if s.label == NORMAL)
    return normals or training_samples(dataset, machine_type)


def audio_windows(store: FeatureStore) -> WindowsOf:
    """Windows of clips whose features were extracted."""
    return lambda sample: store.windows(sample.path)


def array_windows(quant: Quant | None, front_end: FrontEnd | None) -> WindowsOf:
    """Windows of array rows and .bin files.

    int8 values are the model's own input, dequantised with `quant`. Images (uint8) and time series
    (float) go through their front-end; other floats are features already.
    """
    source = None if front_end is None else SOURCE_TYPES.get(front_end.kind)

    def windows(sample: Sample) -> Floats:
        values = _read_bin(sample, source) if sample.row is None else _row(sample)
        if values.dtype == np.int8:
            if quant is None:
                raise DataError(f"{sample.path} is quantised, the model takes floats")
            return dequantize(values, quant)
        if values.dtype == np.uint8 and source is not np.uint8:
            raise DataError(f"{sample.path} holds pixels (uint8)", hint="--front-end mlperf-ic")
        if front_end is None or source is None or sample.window_bytes:
            return values.astype(np.float32)
        flat: Source = values.astype(source).reshape(-1)  # type: ignore[assignment]
        return cut_windows(row_extractor(front_end)(flat), front_end)

    return windows


def _row(sample: Sample) -> NDArray[Any]:
    row: NDArray[Any] = np.asarray(load_array(sample.path)[sample.row])
    return row.reshape(1, -1)


def _read_bin(sample: Sample, source: type[np.generic] | None) -> NDArray[Any]:
    """[windows, values] of a .bin file; MLPerf's AD files hold float32 windows of features."""
    kind = np.dtype(np.float32 if sample.window_bytes else source or np.int8)
    data = np.frombuffer(_read_bytes(sample.path), np.uint8)
    size = sample.window_bytes or data.size
    stride = sample.stride_bytes or size
    if data.size < size or size % kind.itemsize or not size:
        raise DataError(f"{sample.path}: {data.size} bytes hold no window of {size} bytes")
    starts = np.arange(0, data.size - size + 1, stride)
    return data[starts[:, np.newaxis] + np.arange(size)].view(kind)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
