# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Labels in every form people keep them, and the forms that are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcugen.errors import DataError
from mcugen.scoring.labels import class_indices

FORMS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "integers": ([2, 0, 1], ()),
    "unsigned": (np.array([2, 0, 1], np.uint8), ()),
    "whole floats": ([2.0, 0.0, 1.0], ()),
    "a column": ([[2], [0], [1]], ()),
    "one-hot": ([[0, 0, 1], [1, 0, 0], [0, 1, 0]], ()),
    "one-hot floats": (np.eye(3, dtype=np.float32)[[2, 0, 1]], ("a", "b", "c")),
    "words in order": (["up", "down", "go"], ("down", "go", "up")),
    "words": (["c", "a", "b"], ()),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_agree(form: str) -> None:
    values, classes = FORMS[form]
    indices, names = class_indices(np.array(values), classes)
    assert indices.tolist() == [2, 0, 1] and indices.dtype == np.int32
    assert names == (classes or (("a", "b", "c") if form == "words" else ()))


WRONG: dict[str, tuple[Any, tuple[str, ...]]] = {
    "row 1 of the labels is not one-hot": ([[0, 1], [1, 1]], ()),
    "row 0 of the labels is not one-hot": ([[0.2, 0.8]], ()),
    "label 1 is -1": ([0, -1], ()),
    "label 0 is 0.5": ([0.5], ()),
    "label 3 has no name": ([3], ("a", "b")),
    "label 1 is 'yse', which is not a class": (["yes", "yse"], ("yes", "no")),
    "neither a list nor one-hot": (np.zeros((1, 1, 1)), ()),
    "neither numbers nor words": (np.array([1j]), ()),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_no_label_is_named(words: str) -> None:
    values, classes = WRONG[words]
    with pytest.raises(DataError, match=words):
        class_indices(np.array(values), classes)


def test_a_misspelt_word_gets_a_hint() -> None:
    with pytest.raises(DataError) as caught:
        class_indices(np.array(["yse"]), ("yes", "no"))
    assert caught.value.hint == "did you mean 'yes'?"
