# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The receiver operating characteristic and the areas under it, as scikit-learn defines them."""

from __future__ import annotations

from collections.abc import Sequence


def roc_curve(
    positives: Sequence[float], negatives: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """(false positive rate, true positive rate) for every threshold, from (0, 0) to (1, 1).

    A score at or above the threshold counts as positive; both sequences hold at least one score.
    """
    points = [(0.0, 0.0)]
    for threshold in sorted({*positives, *negatives}, reverse=True):
        fpr = sum(score >= threshold for score in negatives) / len(negatives)
        tpr = sum(score >= threshold for score in positives) / len(positives)
        points.append((fpr, tpr))
    return tuple(points)


def area_under(roc: Sequence[tuple[float, float]], max_fpr: float = 1.0) -> float:
    """AUC, or for `max_fpr` < 1 the partial AUC standardised by McClish (chance is 0.5).

    Equals sklearn.metrics.roc_auc_score(..., max_fpr=max_fpr).
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
