# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH equal TFLite Micro for every one of the 256 inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.ops.sigmoid import output_table
from mcugen.model.ir import Quant
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import OPTIONS
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

OUTPUTS = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
ALL = np.arange(-128, 128).astype(np.int8)

Case = tuple[str, float, int]
"""Kind, scale and zero point of the input."""

EDGES: tuple[Case, ...] = tuple(
    (kind, float(np.float32(scale)), zero_point)
    for kind in OUTPUTS
    for scale in (
        2.0**-28,
        2.0**-20,
        1e-3,
        1 / 128,
        0.0471,
        1 / 16,
        0.1,
        1 / 8,
        1.0,
        7.99,
        8.0,
        37.0,
        2.0**30,
    )
    for zero_point in (-128, -3, 0, 127)
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One layer per case, each with an input and output of its own."""
    tensors, ops = [], []
    for number, (kind, scale, zero_point) in enumerate(cases):
        tensors += [
            TensorSpec(ALL.shape, "int8", scale, zero_point),
            TensorSpec(ALL.shape, "int8", *OUTPUTS[kind]),
        ]
        ops.append(OpSpec(kind, [2 * number], [2 * number + 1], version=2))
    count = 2 * len(cases)
    return model_bytes(tensors, ops, range(0, count, 2), range(1, count, 2))


def reference(cases: Sequence[Case], folder: Path) -> list[np.ndarray]:
    """TFLite Micro's 256 outputs for each case."""
    path = folder / "model.tflite"
    path.write_bytes(model_of(cases))
    with open_reference(path) as micro:
        return [output[0] for output in micro.run([ALL[None]] * len(cases))]


def tables(cases: Sequence[Case]) -> list[np.ndarray]:
    """The same by the generator."""
    return [output_table(kind, Quant((s,), (z,)), "double") for kind, s, z in cases]


def test_tables_equal_the_reference(tmp_path: Path) -> None:
    for case, ours, theirs in zip(EDGES, tables(EDGES), reference(EDGES, tmp_path), strict=True):
        assert (ours == theirs).all(), case


scales = st.one_of(st.floats(0.001, 0.3), st.floats(-28, 5).map(lambda e: 2.0**e)).map(
    lambda scale: float(np.float32(scale))
)
cases = st.tuples(st.sampled_from(("LOGISTIC", "TANH")), scales, st.integers(-128, 127))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cases, min_size=50, max_size=100))
def test_random_tables_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[Case]
) -> None:
    theirs = reference(chosen, tmp_path_factory.mktemp("random"))
    for case, ours, expected in zip(chosen, tables(chosen), theirs, strict=True):
        assert (ours == expected).all(), case


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_the_engine_looks_up(on: str, tmp_path: Path) -> None:
    chosen = EDGES[::13]
    graph = parse_tflite(model_of(chosen), "sigmoid")
    result = build(graph, OPTIONS["portable"], tmp_path, on=on).run(*[ALL[None]] * len(chosen))
    for ours, theirs in zip(result.outputs, reference(chosen, tmp_path), strict=True):
        assert (ours[0] == theirs).all()


def test_single_rounding_differs_by_one_at_most() -> None:
    """The input is rescaled to 27 fraction bits, so the way of rounding hardly ever shows."""
    for kind, scale, zero_point in EDGES:
        quant = Quant((scale,), (zero_point,))
        pair = [output_table(kind, quant, r).astype(int) for r in ("double", "single")]
        assert np.abs(pair[0] - pair[1]).max() <= 1


def test_activations_run_in_place(tmp_path: Path) -> None:
    tensors = [TensorSpec((1, 64), "int8", 0.1)]
    tensors += [TensorSpec((1, 64), "int8", *OUTPUTS["TANH"]) for _ in range(2)]
    ops = [OpSpec("TANH", [0], [1]), OpSpec("TANH", [1], [2])]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2]), "two")
    assert ENGINES["aot"].plan(graph, OPTIONS["portable"]).arena_bytes == 64


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (TensorSpec((4,), "int16", 0.1), TensorSpec((4,), "int8", 1 / 256, -128), "int16"),
        (TensorSpec((4,), "int8"), TensorSpec((4,), "int8", 1 / 256, -128), "no scale"),
        (
            TensorSpec((4,), "int8", 2.0**31),
            TensorSpec((4,), "int8", 1 / 256, -128),
            "input's scale",
        ),
        (TensorSpec((4,), "int8", 0.1), TensorSpec((4,), "int8", 1 / 256, 0), "zero point 0"),
        (TensorSpec((4,), "int8", 0.1), TensorSpec((4,), "int8", 0.5, -128), "scale 0.5"),
        (TensorSpec((4,), "int8", 0.1), TensorSpec((5,), "int8", 1 / 256, -128), "into 5"),
    ],
)
def test_a_problem_is_named(x: TensorSpec, y: TensorSpec, words: str) -> None:
    graph = parse_tflite(model_bytes([x, y], [OpSpec("LOGISTIC", [0], [1])], [0], [1]), "bad")
    found = [problem.what for problem in ENGINES["aot"].supports(graph)]
    assert len(found) == 1 and words in found[0], found
