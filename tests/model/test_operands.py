# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operands and variables that no converter writes are named; nothing later trips over them."""

from __future__ import annotations

import numpy as np
import pytest

from mcugen.errors import ModelError
from mcugen.model.check import check_graph
from mcugen.model.operands import OPERANDS
from mcugen.model.tflite import parse_tflite
from mcugen.platforms.choose import all_engines
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

X = TensorSpec((1, 4), scales=0.1)
STATE = TensorSpec((1, 4), scales=0.1, is_variable=True)
CONSTANT = TensorSpec((1, 4), scales=0.1, data=np.zeros((1, 4), np.int8))


def problems(*, operands: list[int], ends: tuple[int, int] = (0, 1), second: TensorSpec = X) -> str:
    """What is said of an ADD that writes tensor 1; tensor 2 is `second`."""
    content = model_bytes([X, X, second], [OpSpec("ADD", operands, [1])], [ends[0]], [ends[1]])
    return "; ".join(f"{p.where} {p.what}" for p in check_graph(parse_tflite(content, "m")))


def test_a_sound_operator_has_no_problem() -> None:
    assert problems(operands=[0, 2], second=CONSTANT) == ""


@pytest.mark.parametrize(
    ("operands", "words"),
    [
        ([0], "op 0 ADD has 1 inputs, ADD needs 2"),
        ([0, 0, 0], "op 0 ADD has 3 inputs, ADD needs 2"),
        ([0, -1], "op 0 ADD lacks its input 1"),
    ],
)
def test_operands_are_counted(operands: list[int], words: str) -> None:
    assert problems(operands=operands) == words


def test_variables_are_states_of_operators_and_nothing_else() -> None:
    said = problems(operands=[0, 2], second=STATE)
    assert said == "op 0 ADD input 1 is a variable, which nothing writes"
    assert "input 0 is a variable" in problems(operands=[2, 2], ends=(2, 1), second=STATE)
    flagged = TensorSpec((1, 4), scales=0.1, data=CONSTANT.data, is_variable=True)
    with pytest.raises(ModelError, match="tensor 2 is a variable and holds a constant"):
        problems(operands=[0, 2], second=flagged)


def test_ends_of_the_model_are_no_constants() -> None:
    assert "output 0 is a constant" in problems(operands=[0, 2], ends=(0, 2), second=CONSTANT)
    twice = model_bytes([X, X], [OpSpec("ADD", [0, 0], [1])], [0, 0], [1])
    (problem,) = check_graph(parse_tflite(twice, "m"))
    assert problem.what == "is the same tensor as another input"


@pytest.mark.parametrize("kind", sorted(OPERANDS))
@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_no_engine_trips_over_too_few_or_too_many(kind: str, count: int) -> None:
    for outputs in ([1], [], [1, 2]):
        content = model_bytes([X, X, X], [OpSpec(kind, [0] * count, outputs)], [0], [0])
        graph = parse_tflite(content, "m")
        for engine in all_engines().values():
            engine.supports(graph)
