# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""All problems of a graph at once, each with its way out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import ModelError
from mcugen.model.check import NPU_OPERATORS, check_graph, refuse
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


@pytest.mark.parametrize(
    ("dtype", "ops", "what"),
    [
        ("int8", [("FULLY_CONNECTED", (0, 1), 2)], "has dynamic-range quantisation: int8 weights"),
        (
            "float16",
            [("DEQUANTIZE", (1,), 3), ("FULLY_CONNECTED", (0, 3), 2)],
            "computes in float32 with float16 weights: it is not quantised",
        ),
    ],
)
def test_float_model_with_small_weights_is_called_what_it_is(
    dtype: str, ops: list[tuple[str, tuple[int, ...], int]], what: str
) -> None:
    weights = np.ones((4, 4), dtype)
    tensors = [FLOAT, TensorSpec((4, 4), dtype, 0.1 if dtype == "int8" else None, data=weights)]
    tensors += [FLOAT, TensorSpec((4, 4), "float32")]
    specs = [OpSpec(kind, inputs, [output]) for kind, inputs, output in ops]
    ((place, found),) = told(parse_tflite(model_bytes(tensors, specs, [0], [2]), "m"))
    assert (place, found.startswith(what)) == ("model", True)


@pytest.mark.parametrize("kind", [*sorted(NPU_OPERATORS), "CUSTOM:XC_conv2d_v2"])
def test_a_file_that_an_npus_compiler_made_is_that_problem_alone(kind: str) -> None:
    graph = chain([kind, "CUSTOM:Mine"], [INT8, TensorSpec((1, 4), "uint8", scales=1.0), INT8])
    (problem,) = check_graph(graph)
    assert problem.what.startswith("is code for")
    assert "pass the" in problem.hint


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"", "it is empty", "again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS", "git lfs pull"),
        (b"\n<!DOCTYPE html><html>", "is a web page", "raw"),
        (b"<html><head>", "is a web page", "raw"),
        (b"PK\x03\x04" + bytes(20), "is a ZIP archive", "mcugen convert m.tflite"),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", "mcugen convert m.tflite"),
        (b"\x1f\x8b\x08\x00", "is compressed", "unpack"),
        (b"\x08\x08\x12\x07pytorch", "is an ONNX model", "mcugen convert m.tflite"),
        (b"nothing known", "is not a .tflite file", "flatbuffer"),
    ],
)
def test_what_is_no_model_is_called_what_it_is(content: bytes, what: str, hint: str) -> None:
    with pytest.raises(ModelError, match=re.escape(what)) as caught:
        parse_tflite(content, "m.tflite")
    assert hint in caught.value.hint


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
    ]  # what is wrong with those of the first four operators follows from them
    problems = check_graph(chain(kinds, tensors))
    assert [(p.where, p.what) for p in problems] == [
        ("op 0 WHILE", "calls another graph of the file"),
        (
            "op 1 CUSTOM:FlexTensorListStack",
            "is a TensorFlow operator that needs TensorFlow itself",
        ),
        ("op 2 CUSTOM:FlexErf", "is a TensorFlow operator that needs TensorFlow itself"),
        ("op 3 CUSTOM:Mine", "is a custom operator"),
        ("op 4 TANH, tensor 5", "is int8 without a scale"),
    ]
    assert all(p.hint for p in problems)
    assert problems[0].hint.startswith("convert fused")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("CUSTOM:SignalRfft", "front-end"), ("CUSTOM:TFLite_Detection_PostProcess", "boxes")],
)
def test_custom_operators_that_people_have_get_a_way_out_of_their_own(
    kind: str, words: str
) -> None:
    (problem,) = check_graph(chain([kind], [INT8, TensorSpec((1, 4), "uint32")]))
    assert problem.what == "is a custom operator" and words in problem.hint


def test_custom_operators_of_an_engine_are_its_own() -> None:
    """Their tensors need no scale and may have any type, except where the model begins or ends."""
    window = TensorSpec((8,), "int16")
    graph = chain(["CUSTOM:A", "CUSTOM:B"], [window, TensorSpec((8,), "uint64"), window])
    assert check_graph(graph, ("CUSTOM:A", "CUSTOM:B")) == []
    assert [p.where for p in check_graph(graph, ("CUSTOM:A",))] == ["op 1 CUSTOM:B"]
    (problem,) = check_graph(
        chain(["CUSTOM:A"], [window, TensorSpec((8,), "uint64")]), ["CUSTOM:A"]
    )
    assert (problem.where, problem.what) == ("op 0 CUSTOM:A, tensor 1", "has the type uint64")


def test_integers_at_the_end_need_no_scale() -> None:
    tensors = [TensorSpec((4,), "int32"), TensorSpec((4,)), TensorSpec((4,))]
    assert check_graph(chain(["CAST"], tensors)) == []
    assert {p.what for p in check_graph(chain(["CAST", "RELU"], tensors))} == {
        "is int8 without a scale"
    }


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


def test_a_file_of_vela_is_called_that() -> None:
    """Its working memory is an input that nothing writes."""
    tensors = [
        TensorSpec((1, 4), "int8", 0.1, 0),
        TensorSpec((8,), "uint8", data=np.zeros(8, np.uint8)),
        TensorSpec((16,), "uint8"),
        TensorSpec((1, 2), "int8", 0.1, 0),
    ]
    content = model_bytes(tensors, [OpSpec("CUSTOM:ethos-u", [1, 2, 0], [3])], [0], [3])
    (problem,) = check_graph(parse_tflite(content, "net_vela"))
    assert "is code for an Ethos-U NPU: Vela compiled this file" in problem.what
