# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How well scores separate two classes: curve, areas as scikit-learn defines them, thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MAX_FPR = 0.1
"""False positive rate up to which the partial AUC counts."""


@dataclass(frozen=True, slots=True)
class Separation:
    """How well scores separate two classes: sizes, areas and curve."""

    positives: int
    negatives: int
    auc: float
    pauc: float  # up to MAX_FPR, standardised (McClish): 0.5 is chance
    roc: tuple[tuple[float, float], ...]  # (false, true positive rate), from (0, 0) to (1, 1)


def separation(positives: Sequence[float], negatives: Sequence[float]) -> Separation | None:
    """None unless there is a score of either class."""
    if not positives or not negatives:
        return None
    roc = roc_curve(positives, negatives)
    areas = area_under(roc), area_under(roc, MAX_FPR)
    return Separation(len(positives), len(negatives), *areas, roc)


def roc_curve(
    positives: Sequence[float], negatives: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """(false positive rate, true positive rate) for every threshold, from (0, 0) to (1, 1).

    A score at or above the threshold counts as positive; both sequences hold at least one score.
    """
    sorted_positives = np.sort(positives)
    sorted_negatives = np.sort(negatives)
    thresholds = np.unique(np.concatenate([sorted_positives, sorted_negatives]))[::-1]
    tpr = 1 - np.searchsorted(sorted_positives, thresholds) / len(positives)
    fpr = 1 - np.searchsorted(sorted_negatives, thresholds) / len(negatives)
    return ((0.0, 0.0), *zip(fpr.tolist(), tpr.tolist(), strict=True))


def area_under(roc: Sequence[tuple[float, float]], max_fpr: float = 1.0) -> float:
    """AUC, or for `max_fpr` < 1 the partial AUC standardised by McClish (chance is 0.5).

    Equals sklearn.metrics.roc_auc_score(..., max_fpr=max_fpr). McClish, 1989.
    """
    area = 0.0
    for (x0, y0), (x1, y1) in zip(roc, roc[1:], strict=False):
        if x0 >= max_fpr:
            break
        end = min(x1, max_fpr)
        y_end = y1 if x1 == end else y0 + (y1 - y0) * (end - x0) / (x1 - x0)
        area += (end - x0) * (y0 + y_end) / 2
    if max_fpr == 1.0:
        return area
    chance = max_fpr**2 / 2
    return 0.5 * (1 + (area - chance) / (max_fpr - chance))


def area_interval(
    positives: Sequence[float],
    negatives: Sequence[float],
    *,
    seed: int | tuple[int, ...],
    rounds: int = 1000,
    confidence: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of the AUC: both classes resampled, each with its own size.

    Shows how far the area would move with other clips of the same kind; None where every draw gives
    the same area, as with classes that separate perfectly. Efron and Tibshirani, 1993,
    chapter 13. The same seed gives the same interval. The AUC of a draw is the share of its pairs in
    which the positive scores higher, ties counting half (Mann and Whitney, 1947).
    """
    generator = np.random.default_rng(seed)
    gaps = np.subtract.outer(np.asarray(positives), np.asarray(negatives))
    wins = (gaps > 0) + 0.5 * (gaps == 0)
    sizes = wins.shape
    areas = np.empty(rounds)
    for index in range(rounds):
        rows, columns = (
            np.bincount(generator.integers(0, size, size), minlength=size) for size in sizes
        )
        areas[index] = rows @ wins @ columns / wins.size
    tail = (1 - confidence) / 2
    low, high = np.quantile(areas, [tail, 1 - tail])
    return None if low == high else (float(low), float(high))


def threshold_at(negatives: Sequence[float], max_fpr: float) -> float:
    """The smallest score of `negatives` that at most the share `max_fpr` of them lies above.

    A clip is called an anomaly when its score is above the threshold. With few clips the true rate
    is known only to about 1 / len(negatives).
    """
    ordered = sorted(negatives)
    allowed = math.floor(max_fpr * len(ordered) + 1e-9)  # 0.1 * 30 is 3, whatever floats say
    return ordered[max(0, len(ordered) - 1 - allowed)]
