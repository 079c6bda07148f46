# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.scoring.roc import area_interval, area_under, roc_curve, threshold_at

# Few distinct values: ties between and within the classes are the hard case.
SCORES = st.lists(st.integers(-4, 4).map(lambda n: n / 4), min_size=1, max_size=40)


@given(SCORES, SCORES, st.sampled_from([1.0, 0.5, 0.1, 0.01]))
def test_areas_equal_scikit_learn(
    positives: list[float], negatives: list[float], max_fpr: float
) -> None:
    from sklearn.metrics import roc_auc_score

    labels = [1] * len(positives) + [0] * len(negatives)
    expected = roc_auc_score(labels, positives + negatives, max_fpr=max_fpr)
    assert area_under(roc_curve(positives, negatives), max_fpr) == pytest.approx(
        expected, abs=1e-12
    )


@given(SCORES, SCORES)
def test_curve_equals_scikit_learn(positives: list[float], negatives: list[float]) -> None:
    from sklearn import metrics

    labels = [1] * len(positives) + [0] * len(negatives)
    fpr, tpr, _ = metrics.roc_curve(labels, positives + negatives, drop_intermediate=False)
    np.testing.assert_allclose(roc_curve(positives, negatives), np.column_stack([fpr, tpr]))


def test_perfect_and_reversed_separation() -> None:
    assert area_under(roc_curve([3.0, 4.0], [1.0, 2.0])) == 1.0
    assert area_under(roc_curve([1.0], [2.0])) == 0.0


def test_interval_is_reproducible_and_holds_the_area() -> None:
    generator = np.random.default_rng(1)
    positives = generator.normal(1.0, 1.0, 60).tolist()
    negatives = generator.normal(0.0, 1.0, 80).tolist()
    low, high = area_interval(positives, negatives, seed=7, rounds=200)
    assert (low, high) == area_interval(positives, negatives, seed=7, rounds=200)
    assert low < area_under(roc_curve(positives, negatives)) < high
    # Hanley and McNeil (1982) give a standard error of 0.04 for AUC 0.76, 60 and 80 clips.
    assert 0.10 < high - low < 0.22


def test_intervals_shrink_with_more_clips() -> None:
    generator = np.random.default_rng(5)
    widths = []
    for count in (20, 200):
        positives = generator.normal(1.0, 1.0, count).tolist()
        negatives = generator.normal(0.0, 1.0, count).tolist()
        low, high = area_interval(positives, negatives, seed=(0, 1), rounds=500)
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
    assert area_interval([3.0, 4.0], [1.0, 2.0], seed=0, rounds=50) is None
    assert area_interval([1.0, 1.0], [1.0], seed=0, rounds=50) is None  # ties count half


@given(SCORES, st.sampled_from([0.0, 0.05, 0.1, 0.5]))
def test_threshold_keeps_the_false_alarm_rate(negatives: list[float], max_fpr: float) -> None:
    threshold = threshold_at(negatives, max_fpr)
    assert threshold in negatives
    assert sum(score > threshold for score in negatives) <= max_fpr * len(negatives) + 1e-9
    lower = [score for score in negatives if score < threshold]
    if lower:
        alarms = sum(score > max(lower) for score in negatives)
        assert alarms > max_fpr * len(negatives)


def test_threshold_of_a_tenth_of_thirty() -> None:
    assert threshold_at([float(n) for n in range(30)], 0.1) == 26.0


def test_a_threshold_by_hand() -> None:
    scores = [float(n) for n in range(1, 101)]
    assert threshold_at(scores, 0.0) == 100.0
    assert threshold_at(scores, 0.05) == 95.0
    assert threshold_at(scores, 1.0) == 1.0
