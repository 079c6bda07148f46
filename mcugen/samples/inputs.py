# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Samples of a data set -> model inputs: clips through a cache of features, .bin files, array rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError, unknown
from mcugen.features.reference import Floats, Source, cut_windows, dequantize, row_extractor
from mcugen.features.spec import PRESETS, FrontEnd
from mcugen.features.toml import front_end_from_dict
from mcugen.model.ir import Quant
from mcugen.samples.arrays import check_axes, load_bin, load_npy
from mcugen.samples.datasets import Dataset, Sample
from mcugen.samples.feature_store import Extraction, FeatureStore, gather_windows, open_store
from mcugen.samples.files import SOURCE_SUFFIXES, read_source, source_shape
from mcugen.samples.images import PICTURES
from mcugen.scoring.labels import ANOMALY, NORMAL

PIXELS_HINT = "--front-end mlperf-ic or mlperf-vww, or kind image in mcugen.toml"

WindowsOf = Callable[[Sample], Floats]
"""The model inputs of a sample, float32 [windows, values]."""

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
        raise unknown("front-end", name, (*PRESETS, "raw"))
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
            hint="pass the data that the model is for, or another --front-end",
        )
    return front_end


def training_samples(dataset: Dataset, machine_type: str) -> tuple[Sample, ...]:
    """What may be trained on: the training part, or all that is not an anomaly in plain folders."""
    training = dataset.part("train", machine_type)
    if not training and dataset.layout == "folders":
        test = dataset.part("test", machine_type)
        training = tuple(s for s in test if s.label in (NORMAL, None))
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
        if sample.path.suffix.lower() in PICTURES:
            if front_end is None or source is not np.uint8:
                raise DataError(f"{sample.path} is a picture", hint=PIXELS_HINT)
            return cut_windows(
                row_extractor(front_end)(read_source(sample.path, front_end)), front_end
            )
        values = _read_bin(sample, source) if sample.row is None else _row(sample, front_end)
        if values.dtype == np.int8:
            if quant is None:
                raise DataError(f"{sample.path} is quantised, the model takes floats")
            return dequantize(values, quant)
        if values.dtype == np.uint8 and source is not np.uint8:
            raise DataError(f"{sample.path} holds pixels (uint8)", hint=PIXELS_HINT)
        if front_end is None or source is None or sample.window_bytes:
            return values.astype(np.float32)
        flat: Source = values.astype(source).reshape(-1)  # type: ignore[assignment]
        return cut_windows(row_extractor(front_end)(flat), front_end)

    return windows


def _row(sample: Sample, front_end: FrontEnd | None) -> NDArray[Any]:
    row: NDArray[Any] = np.asarray(load_npy(sample.path, mapped=True)[sample.row])
    if front_end is not None and front_end.kind in SOURCE_TYPES:
        check_axes(sample.path, row.shape, source_shape(front_end), front_end.row_values)
    return row.reshape(1, -1)


def _read_bin(sample: Sample, source: type[np.generic] | None) -> NDArray[Any]:
    """[windows, values] of a .bin file; MLPerf's AD files hold float32 windows of features."""
    kind = np.dtype(np.float32 if sample.window_bytes else source or np.int8)
    data = load_bin(sample.path, np.dtype(np.uint8))
    size = sample.window_bytes or data.size
    stride = sample.stride_bytes or size
    if data.size < size or size % kind.itemsize or not size:
        raise DataError(f"{sample.path}: {data.size} bytes hold no window of {size} bytes")
    starts = np.arange(0, data.size - size + 1, stride)
    return data[starts[:, np.newaxis] + np.arange(size)].view(kind)


CACHE_NAME = ".mcugen-features"

Progress = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class FeatureOptions:
    """Where features are kept and how they are extracted."""

    cache: Path | None = None  # None: a folder in the data set
    extraction: Extraction = Extraction()


@dataclass(frozen=True, slots=True)
class Inputs:
    """The samples of a data set as model inputs. `store` is None for arrays."""

    dataset: Dataset
    windows_of: WindowsOf
    store: FeatureStore | None = None

    def vectors(self, samples: Sequence[Sample], step: int) -> Iterator[Floats]:
        """Every `step`-th window of the samples, in order, float32 [values] each."""
        if self.store is None:
            for sample in samples[::step]:
                yield self.windows_of(sample)[0]
            return
        starts = self.store.window_starts(sample.path for sample in samples)[::step]
        rows = self.store.all_rows()
        for start in starts:
            yield gather_windows(rows, np.asarray([start]), self.store.front_end)[0]


def open_inputs(
    dataset: Dataset,
    samples: Sequence[Sample],
    front_end: FrontEnd | None,
    options: FeatureOptions,
    progress: Progress,
    *,
    quant: Quant | None = None,
) -> Inputs:
    """Windows of `samples`; the features of clips are extracted first, if they are not kept yet."""
    if dataset.source != "audio":
        return Inputs(dataset, array_windows(quant, front_end))
    spec = require_audio(dataset, front_end)
    store = open_store(options.cache or dataset.root / CACHE_NAME, spec)
    store.extract([sample.path for sample in samples], options.extraction, progress)
    return Inputs(dataset, audio_windows(store), store)
