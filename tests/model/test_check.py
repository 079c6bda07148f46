# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""All problems of a graph at once, each with its way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.errors import ModelError
from mcugen.model.check import check_graph, refuse
from mcugen.model.ir import Graph, Problem
from mcugen.model.tflite import parse_tflite, read_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

INT8 = TensorSpec((1, 4), scales=1.0)
FLOAT = TensorSpec((1, 4), "float32")


def chain(kinds: list[str], tensors: list[TensorSpec]) -> Graph:
    """A graph in which each operator feeds the next."""
    ops = [OpSpec(kind, [i], [i + 1]) for i, kind in enumerate(kinds)]
    return parse_tflite(model_bytes(tensors, ops, [0], [len(kinds)]), "m")


def told(graph: Graph) -> list[tuple[str, str]]:
    return [(problem.where, problem.what) for problem in check_graph(graph)]


def test_quantised_model_with_float_ends_is_fine() -> None:
    graph = chain(["QUANTIZE", "RELU", "DEQUANTIZE"], [FLOAT, INT8, INT8, FLOAT])
    assert check_graph(graph) == []


def test_float_model_is_one_problem() -> None:
    graph = chain(["RELU", "TANH"], [FLOAT] * 3)
    assert told(graph) == [("model", "computes in float32: it is not quantised")]
    assert "representative dataset" in check_graph(graph)[0].hint


def test_float_model_with_unquantised_helpers_is_one_problem() -> None:
    int32 = TensorSpec((1, 4), "int32")
    graph = chain(["RELU", "CAST", "NEG"], [FLOAT, FLOAT, int32, int32])
    assert [place for place, _ in told(graph)] == ["model"]


def test_mixed_model_names_its_float_operators() -> None:
    graph = chain(["RELU", "DEQUANTIZE", "TANH"], [INT8, INT8, FLOAT, FLOAT])
    assert told(graph) == [], "a float32 part is the engines' to judge"


def test_everything_is_named_at_once() -> None:
    kinds = ["WHILE", "CUSTOM:FlexTensorListStack", "CUSTOM:FlexErf", "CUSTOM:Mine", "TANH"]
    tensors = [
        INT8,
        TensorSpec((), "variant"),
        INT8,
        TensorSpec((1, 4), "uint8", scales=1.0),
        TensorSpec((0, 4), scales=1.0),
        TensorSpec((1, 4)),
    ]
    problems = check_graph(chain(kinds, tensors))
    assert [(p.where, p.what) for p in problems] == [
        ("op 0 WHILE", "calls another graph of the file"),
        (
            "op 1 CUSTOM:FlexTensorListStack",
            "is a TensorFlow operator that needs TensorFlow itself",
        ),
        ("op 2 CUSTOM:FlexErf", "is a TensorFlow operator that needs TensorFlow itself"),
        ("op 3 CUSTOM:Mine", "is a custom operator"),
        ("op 0 WHILE, tensor 1", "has the type variant"),
        ("op 3 CUSTOM:Mine, tensor 4", "has no fixed size: shape [0, 4]"),
        ("op 4 TANH, tensor 5", "is int8 without a scale"),
    ]
    assert all(p.hint for p in problems)
    assert problems[0].hint.startswith("convert fused")


def test_refuse_lists_all_problems_and_each_hint_once() -> None:
    refuse([], "m.tflite")
    with pytest.raises(ModelError) as one:
        refuse([Problem("op 7 CONV_2D", "dilation 2x2", "retrain")], "m.tflite")
    assert (one.value.what, one.value.hint) == ("m.tflite: op 7 CONV_2D: dilation 2x2", "retrain")
    problems = [
        Problem("op 1 A", "no", "try x"),
        Problem("op 2 B", "never"),
        Problem("op 3 A", "no", "try x"),
    ]
    with pytest.raises(ModelError) as many:
        refuse(problems, "m.tflite")
    assert many.value.what == "m.tflite has 2 problems:\n  ops 1, 3 A: no\n  op 2 B: never"
    assert many.value.hint == "try x"


def test_real_models_have_no_problems(real_models: Path) -> None:
    for path in sorted(real_models.glob("*.tflite")):
        assert check_graph(read_tflite(path)) == []
