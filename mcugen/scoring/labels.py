# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Labels as people keep them (numbers, one-hot rows, words) -> class indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError, nearest

NORMAL, ANOMALY = "normal", "anomaly"


def class_indices(
    labels: NDArray[Any], classes: tuple[str, ...] = ()
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """The class of every sample, and the classes' names.

    Takes integers [n] or [n, 1], one-hot rows [n, classes], or words [n]. Words are looked up in
    `classes`; without them, the words in alphabetical order are the classes. DataError for anything
    else, with the first sample at fault.
    """
    flat = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if flat.ndim == 2:
        indices = _from_one_hot(flat)
    elif flat.ndim != 1:
        raise DataError(f"labels of shape {list(labels.shape)} are neither a list nor one-hot rows")
    elif flat.dtype.kind in "US":
        return _from_words(flat.astype(str), classes)
    else:
        indices = _from_numbers(flat)
    if classes and len(indices) and int(indices.max()) >= len(classes):
        raise DataError(f"label {indices.max()} has no name: {len(classes)} classes are named")
    return indices, classes


def _from_one_hot(rows: NDArray[Any]) -> NDArray[np.int32]:
    ones = (rows == 1).sum(axis=1) == 1
    wrong = np.flatnonzero(~(ones & ((rows != 0).sum(axis=1) == 1)))
    if wrong.size:
        raise DataError(f"row {wrong[0]} of the labels is not one-hot: {rows[wrong[0]].tolist()}")
    return np.asarray(rows.argmax(axis=1), np.int32)


def _from_numbers(values: NDArray[Any]) -> NDArray[np.int32]:
    if values.dtype.kind not in "iufb":
        raise DataError(f"labels of type {values.dtype} are neither numbers nor words")
    wrong = np.flatnonzero((values < 0) | (values != np.floor(values)) | (values >= 2**31))
    if wrong.size:
        raise DataError(f"label {wrong[0]} is {values[wrong[0]]}, not the index of a class")
    return values.astype(np.int32)


def _from_words(
    words: NDArray[np.str_], classes: tuple[str, ...]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    known = classes or tuple(sorted(set(words.tolist())))
    index = {name: number for number, name in enumerate(known)}
    for number, word in enumerate(words.tolist()):
        if word not in index:
            near = nearest(word, known)
            hint = f"did you mean {near!r}?" if near else f"classes: {', '.join(known)}"
            raise DataError(f"label {number} is {word!r}, which is not a class", hint=hint)
    return np.array([index[word] for word in words.tolist()], np.int32), known
