# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcugen.model.ir import Quant
from mcugen.model.tflite import parse_tflite
from mcugen.scoring.classes import (
    ClassScore,
    confusion_matrix,
    decode_classes,
    softmax,
    top_accuracy,
    top_classes,
)
from mcugen.scoring.decode import Classes, gives_probabilities
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


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


def test_int16_and_float_outputs_are_scores_of_classes() -> None:
    classes = Classes(("a", "b", "c"), top=2)
    quant = Quant((0.5,), (0,))
    by_int16 = decode_classes(classes, np.array([[2, 7, 7]], np.int16), quant)
    assert by_int16 == (ClassScore(1, 3.5), ClassScore(2, 3.5))
    logits = np.log(np.array([[1, 5, 2]], np.float32))
    found = decode_classes(replace(classes, softmax=True), logits, None)
    assert [one.index for one in found] == [1, 2]
    assert found[0].score == pytest.approx(5 / 8)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("SOFTMAX",), True),
        (("LOGISTIC", "RESHAPE"), True),
        (("SOFTMAX", "ABS"), False),
        (("ABS",), False),
    ],
)
def test_probabilities_come_from_softmax(kinds: tuple[str, ...], expected: bool) -> None:
    tensors = [TensorSpec((1, 4), "int8", 0.5, 0) for _ in range(len(kinds) + 1)]
    ops = [OpSpec(kind, [i], [i + 1]) for i, kind in enumerate(kinds)]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [len(kinds)]), "m")
    assert gives_probabilities(graph) == expected
