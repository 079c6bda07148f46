# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A data set, a front-end and a cache -> the windows of any sample, one interface for all layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcugen.features.spec import FrontEnd
from mcugen.model.ir import Quant
from mcugen.train.datasets import Dataset, Sample
from mcugen.train.detection import WindowsOf
from mcugen.train.feature_store import Extraction, FeatureStore, gather_windows, open_store
from mcugen.train.inputs import array_windows, audio_windows, require_audio
from mcugen.train.model_runner import Floats

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
