# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Scores of classifiers: probabilities, ranks, accuracy, confusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Quant
from mcugen.reproducible import exp, ordered_sum
from mcugen.scoring.decode import Classes, softmax_table, value_table


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities along the last axis, stable for any finite logits."""
    wide = logits.astype(np.float64)
    powers = exp(wide - wide.max(axis=-1, keepdims=True))
    return np.asarray(powers / ordered_sum(powers)[..., None])


def top_classes(scores: NDArray[np.generic], count: int) -> NDArray[np.intp]:
    """Indices of the `count` highest scores along the last axis, best first.

    Of equal scores the lower index wins, as numpy.argmax and the MLPerf Tiny runner do: int8 outputs
    are often equal.
    """
    order = np.argsort(-scores.astype(np.float64), axis=-1, kind="stable")
    return np.asarray(order[..., :count])


def top_accuracy(scores: NDArray[np.generic], classes: NDArray[np.int64], count: int = 1) -> float:
    """Share of rows of `scores` [samples, classes] whose true class is among the best `count`."""
    hits = (top_classes(scores, count) == classes[:, None]).any(axis=1)
    return np.count_nonzero(hits) / len(hits)


def confusion_matrix(
    classes: NDArray[np.int64], predicted: NDArray[np.intp], class_count: int
) -> NDArray[np.int64]:
    """[true class, predicted class] -> number of samples."""
    cells = np.bincount(classes * class_count + predicted, minlength=class_count**2)
    return cells.reshape(class_count, class_count).astype(np.int64)


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class of a result."""

    index: int
    score: float


def decode_classes(
    classes: Classes, output: NDArray[np.generic], quant: Quant | None
) -> tuple[ClassScore, ...]:
    """The best classes of one output, best first; of int8 the Python twin of runtime/decode_classes.c."""
    if output.dtype != np.int8 or quant is None:
        return _of_real_values(classes, output.reshape(-1), quant)
    values = output.reshape(-1).astype(np.int32)
    if classes.softmax:
        powers = softmax_table(quant)[int(values.max()) - values]
        scores = powers / np.add.accumulate(powers)[-1]  # in order, in float32, as in C
    else:
        scores = value_table(quant)[values + 128]
    return _best(classes, scores)


def _of_real_values(
    classes: Classes, values: NDArray[np.generic], quant: Quant | None
) -> tuple[ClassScore, ...]:
    """Of int16 and float32 outputs."""
    real = values.astype(np.float32)
    if quant is not None:
        real = np.float32(quant.scale) * (real - np.float32(quant.zero_point))
    return _best(classes, softmax(real).astype(np.float32) if classes.softmax else real)


def _best(classes: Classes, scores: NDArray[np.float32]) -> tuple[ClassScore, ...]:
    best = top_classes(scores, classes.top)
    return tuple(ClassScore(int(index), float(scores[index])) for index in best)
