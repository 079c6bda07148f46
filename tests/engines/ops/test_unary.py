# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RELU, RELU6, LEAKY_RELU, HARD_SWISH, ABS, ELU, RSQRT equal TFLite Micro for every one of the 256 inputs.

TFLite Micro has no RELU_N1_TO_1: it must be the clamp that its definition says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import (
    OPTIONS,
    Layer,
    Vectors,
    differences,
    model_of,
    problems_of,
    random_models,
    vectors_of,
)
from tests.tflite_writer import TensorSpec

Quant = tuple[float, int]
ALL = np.tile(np.arange(-128, 128, dtype=np.int8), (1, 1))


def unary(kind: str, x: Quant = (0.05, 3), out: Quant = (0.03, -7), **options: Any) -> Layer:
    shape = (4, 64)
    return Layer(kind, [TensorSpec(shape, "int8", *x)], [TensorSpec(shape, "int8", *out)], options)


QUANTS = tuple((scale, zero) for scale in (0.001, 0.0235, 0.1, 3.0) for zero in (-128, -1, 0, 127))
PAIRS = (
    ((0.05, 3), (0.05, 0)),
    ((1e-6, 5), (1.0, 1)),
    ((1.0, -7), (0.001, 9)),
    ((0.3, 0), (0.31, 0)),
)
TIES = (
    ("RELU", (0.063, 0), (0.1232, 0), {}),
    ("LEAKY_RELU", (0.0173, 0), (0.0092, 0), {"alpha": 1.17}),
    ("ABS", (0.0129, 0), (0.0096, 0), {}),
    ("HARD_SWISH", (0.001463593216612935, 39), (0.002665500855073333, 79), {}),
)
"""Scales whose quotient in float32, but not in double, puts a value or a multiplier just half way between two
integers. The tflite-micro wheel divides in double, TFLite Micro up to August 2026 in float32."""
EDGES = (
    *(unary(kind, x, out, **options) for kind, x, out, options in TIES),
    *(unary("RELU", x, out) for x, out in PAIRS),
    *(unary("RELU", (0.05, z), (0.04, z)) for z in (-128, 127)),
    *(unary("RELU6", quant, quant) for quant in QUANTS),
    *(unary("LEAKY_RELU", x, out, alpha=a) for x, out in PAIRS for a in (0.1, 0.3, 1.0, 2.5, 0.0)),
    *(unary("LEAKY_RELU", alpha=a) for a in (-0.2, -3.0)),
    *(unary("HARD_SWISH", x, (x[0] * 0.9, z)) for x in QUANTS for z in (-128, 5, 127)),
    *(unary("ABS", x, out) for x, out in PAIRS),
    *(unary("ABS", quant, quant) for quant in QUANTS),
    *(unary("ELU", x, (x[0] * 0.9, z)) for x in QUANTS for z in (-128, 5, 127)),
    *(unary("RSQRT", (s, -128), (r, z)) for s in (0.001, 0.0235, 3.0) for r in (0.01, 0.3)
      for z in (-128, 5)),
    *(unary("HARD_SWISH", (s, 0), (0.5, 0)) for s in (0.0039, 0.0469, 0.047, 0.25, 0.5, 30.0)),
)  # fmt: skip


def vectors_of_all_inputs(layers: list[Layer], folder: Path) -> Vectors:
    inputs = [ALL.reshape(1, 4, 64)] * len(layers)
    return vectors_of(model_of(layers), folder, ["double"], inputs)


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, tmp_path: Path) -> None:
    vectors = vectors_of_all_inputs([*EDGES], tmp_path)
    assert not any(differences(vectors, OPTIONS["portable"], tmp_path, on=on))


scales = st.floats(-3, 0).map(lambda e: 10.0**e)
quants = st.tuples(scales, st.integers(-128, 127))
relus = st.tuples(st.just("RELU"), quants, quants)
leaky = st.tuples(st.just("LEAKY_RELU"), quants, quants, st.floats(-2, 2))
swish = st.tuples(st.just("HARD_SWISH"), quants, st.integers(-128, 127), st.floats(0.1, 4)).map(
    lambda drawn: (drawn[0], drawn[1], (drawn[1][0] * drawn[3], drawn[2]))
)


@random_models
@given(cases=st.lists(st.one_of(relus, leaky, swish), min_size=60, max_size=100))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    layers = [unary(*case[:3], **({"alpha": case[3]} if len(case) > 3 else {})) for case in cases]
    vectors = vectors_of_all_inputs(layers, folder)
    assert not any(differences(vectors, OPTIONS["portable"], folder))


def test_relu_n1_to_1_clamps(tmp_path: Path) -> None:
    graph = parse_tflite(model_of([unary("RELU_N1_TO_1", (0.02, 7), (0.02, 7))]), "clamp")
    out = build(graph, EngineOptions(), tmp_path).run(ALL.reshape(1, 4, 64)).outputs[0]
    assert (out.reshape(-1) == np.clip(ALL.reshape(-1), 7 - 50, 7 + 50)).all()


X = TensorSpec((4, 64), "int8", 0.1)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (unary("RELU", (1.0, 0), (1e-8, 0)), "too small"),
        (unary("LEAKY_RELU", (1.0, 0), (1.0, 0), alpha=1e9), "too small"),
        (unary("LEAKY_RELU", alpha=float("nan")), "too small"),
        (unary("RELU6", (0.05, 3), (0.03, 3)), "quantised differently"),
        (unary("RELU_N1_TO_1", (0.05, 3), (0.05, 2)), "quantised differently"),
        (unary("RELU6", (1e-30, 0), (1e-30, 0)), "too small"),
        (unary("HARD_SWISH", (0.1, 0), (1e-5, 0)), "not supported"),
        (unary("HARD_SWISH", (1e-9, 0), (1e-9, 0)), "not supported"),
        (Layer("RELU", [X], [TensorSpec((4, 63), "int8", 0.1)]), "does not follow"),
        (Layer("RELU", [X], [TensorSpec((4, 64), "float32")]), "float32"),
        (Layer("RELU", [X, X], [X]), "RELU needs 1"),
    ],
)
def test_a_problem_is_named(layer: Layer, words: str) -> None:
    assert problems_of(unary("RELU")) == []
    assert any(words in problem for problem in problems_of(layer))
