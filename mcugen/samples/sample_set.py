# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""x_test.npy and y_test.npy, or clips and their labels -> SampleSet: quantised inputs, class indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.features.coding import input_coding
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import Graph
from mcugen.samples.arrays import check_axes, load_labels, load_npy
from mcugen.samples.clips import find_clips
from mcugen.samples.labels import read_class_names, read_labels
from mcugen.samples.stimulus import make_stimulus, suffixes_for
from mcugen.scoring.labels import ANOMALY, NORMAL, class_indices


@dataclass(frozen=True, slots=True, eq=False)
class SampleSet:
    """Samples for tools that test by themselves: int8 [samples, *input shape], a class index each.

    `labels` is None where the samples have none; `classes` names the classes, where names are known.
    """

    inputs: NDArray[np.int8]
    labels: NDArray[np.int32] | None = None
    classes: tuple[str, ...] = ()


VERDICTS = (NORMAL, ANOMALY)
"""Classes of an anomaly detector: normal is 0."""


def read_test_set(
    data: Sequence[Path],
    labels: Path | None,
    class_names: Path | None,
    graph: Graph,
    front_end: FrontEnd,
) -> SampleSet:
    """One .npy [samples, ...] of int8 or float inputs with labels of the same length; or clips (files,
    folders), labelled by a CSV `file,label` or by their names, one sample per window.

    DataError names the file and what is wrong with it.
    """
    classes = read_class_names(class_names) if class_names is not None else ()
    if len(data) == 1 and data[0].suffix == ".npy" and data[0].is_file():
        inputs = read_inputs(data[0], graph)
        if labels is None:
            return SampleSet(inputs, None, classes)
        indices, named = load_labels(labels, classes)
        if len(indices) != len(inputs):
            raise DataError(f"{labels}: {len(indices)} labels for {len(inputs)} samples")
        return SampleSet(inputs, indices, named)
    return _from_clips(data, labels, classes, graph, front_end)


def read_inputs(path: Path, graph: Graph) -> NDArray[Any]:
    """Elements [samples, *input shape] of an .npy; floats are quantised as on the device."""
    values = load_npy(path)
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    expected = int(np.prod(shape))
    if values.ndim < 2 or int(np.prod(values.shape[1:])) != expected or not len(values):
        raise DataError(
            f"{path}: shape {list(values.shape)} does not fit the model's input",
            hint=f"[samples, {', '.join(map(str, shape))}]",
        )
    check_axes(path, values.shape, shape, expected)
    values = values.reshape(-1, *shape)
    coding = input_coding(graph)
    elements = coding.accept(values)
    if elements is not None:
        return elements
    if values.dtype.kind == "f":
        return coding.encode(values.astype(np.float32))
    wanted = " or ".join((*coding.names, "float32"))
    raise DataError(f"{path}: expected {wanted}, found {values.dtype}")


def _from_clips(
    named: Sequence[Path],
    labels: Path | None,
    classes: tuple[str, ...],
    graph: Graph,
    front_end: FrontEnd,
) -> SampleSet:
    kind = "int8" if front_end.rows is None else "pcm"
    known = read_labels(labels) if labels is not None else None
    clips = find_clips(named, suffixes_for(kind, front_end), known)
    coding = input_coding(graph)
    windows = [make_stimulus(clip.path, kind, front_end, coding).inputs for clip in clips]
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    samples = np.concatenate(windows).reshape(-1, *shape)
    pairs = zip(clips, windows, strict=True)
    words = [clip.label for clip, its_windows in pairs for _ in its_windows]
    if None in words:
        return SampleSet(samples, None, classes)
    only_verdicts = not classes and set(words) <= set(VERDICTS)
    indices, names = class_indices(np.array(words), VERDICTS if only_verdicts else classes)
    return SampleSet(samples, indices, names)
