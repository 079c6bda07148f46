# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from mcugen.scoring.classes import confusion_matrix, softmax, top_accuracy, top_classes


def test_softmax_of_huge_logits_is_finite_and_sums_to_one() -> None:
    probabilities = softmax(np.array([[1e30, -1e30, 1e30], [0.0, np.log(3.0), 0.0]], np.float32))
    np.testing.assert_allclose(probabilities, [[0.5, 0, 0.5], [0.2, 0.6, 0.2]], rtol=1e-6)


def test_equal_int8_scores_rank_by_index() -> None:
    scores = np.array([[-128, 5, 5, 7], [0, 0, 0, 0]], np.int8)
    assert top_classes(scores, 3).tolist() == [[3, 1, 2], [0, 1, 2]]


def test_accuracy_and_confusion_agree_with_scikit_learn() -> None:
    from sklearn import metrics

    generator = np.random.default_rng(3)
    scores = generator.integers(-128, 128, (200, 5)).astype(np.int8)
    classes = generator.integers(0, 5, 200)
    predicted = top_classes(scores, 1)[:, 0]
    assert top_accuracy(scores, classes) == metrics.accuracy_score(classes, predicted)
    assert top_accuracy(scores, classes, 5) == 1.0
    expected = metrics.confusion_matrix(classes, predicted, labels=range(5))
    assert (confusion_matrix(classes, predicted, 5) == expected).all()
