# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MUL, MAXIMUM, MINIMUM and PRELU equal TFLite Micro, with operands repeated or constant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.ops.test_add import SHAPES, quants, shape_pairs
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

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
Quant = tuple[float, int]


@dataclass(frozen=True)
class Case:
    """One layer; `constant` is the operand (0 or 1) that is a constant, -1 where none is."""

    kind: str
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((2, 32), (2, 32))
    a: Quant = (0.05, 3)
    b: Quant = (0.03, -7)
    out: Quant = (0.09, 5)
    activation: str = "NONE"
    constant: int = -1

    @property
    def layer(self) -> Layer:
        rng = np.random.default_rng(7)
        same = self.kind in ("MAXIMUM", "MINIMUM")
        quants = (self.a, self.a) if same else (self.a, self.b)
        inputs = []
        for number, (shape, quant) in enumerate(zip(self.shapes, quants, strict=True)):
            data = rng.integers(-128, 128, shape).astype(np.int8)
            is_constant = number == self.constant
            inputs.append(TensorSpec(shape, "int8", *quant, data=data if is_constant else None))
        out_quant = self.a if same else self.out
        out = TensorSpec(np.broadcast_shapes(*self.shapes), "int8", *out_quant)
        options = {"fused_activation_function": self.activation} if self.kind == "MUL" else {}
        return Layer(self.kind, inputs, [out], options)


EDGES = (
    *(Case("MUL", shapes, constant=c) for a, b in SHAPES for shapes, c in (((a, b), 1), ((b, a), 0))),
    *(Case("MUL", shapes) for a, b in SHAPES for shapes in ((a, b), (b, a))),
    *(Case(kind, pair) for kind in ("MAXIMUM", "MINIMUM") for pair in SHAPES[:9]),
    *(Case(kind, SHAPES[3], constant=c) for kind in ("MAXIMUM", "MINIMUM") for c in (0, 1)),
    *(Case("PRELU", (a, b), constant=c) for a, b in SHAPES for c in (-1, 1)),
    *(Case("MUL", activation=f, out=(0.09, z)) for f in ACTIVATIONS for z in (-128, 0, 127)),
    *(Case(kind, out=(s, -9)) for kind in ("MUL", "PRELU") for s in (1e-4, 1e-3, 0.05, 1.0, 1e7)),
    *(Case(k, a=(0.05, z), b=(0.02, -1 - z)) for k in ("MUL", "PRELU") for z in (-128, 127)),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    model = model_of([case.layer for case in EDGES])
    return vectors_of(model, tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("name", ["portable", "dsp-speed"])
def test_edges_equal_the_reference_on_the_pc(name: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path))


@pytest.mark.parametrize("on", ["host", "sse2", "neon"])
def test_edges_equal_the_reference_in_vectors(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["simd"], tmp_path, on=on))


def test_edges_equal_the_reference_on_a_cortex_m33(edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["dsp-speed"], tmp_path, on="qemu"))


layers = st.builds(
    Case,
    kind=st.sampled_from(("MUL", "MAXIMUM", "MINIMUM", "PRELU")),
    shapes=shape_pairs(),
    a=quants,
    b=quants,
    out=quants,
    activation=st.sampled_from(ACTIVATIONS),
    constant=st.sampled_from((-1, 1)),
)


@random_models
@given(cases=st.lists(layers, min_size=30, max_size=60))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of([case.layer for case in cases]), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["dsp-speed"], folder))


MUL = "runtime/kernels/mul.c"
MUL_DSP = "runtime/kernels/mul_dsp.c"
PRELU = "runtime/kernels/prelu.c"
BREAKS = (
    ("portable", MUL, "*row.b - layer->zero_point_b", "*row.b"),
    ("portable", MUL, "layer->low, ", "layer->low - 300, "),
    ("portable", "runtime/kernels/maximum.c", "*row.a < *row.b ?", "*row.a + 1 < *row.b ?"),
    ("portable", PRELU, "x >= 0", "x >= 5"),
    ("portable", PRELU, "x, layer->above", "x, layer->below"),
    ("dsp-speed", MUL_DSP, "mcugen_after(a_odd, v1), b_odd", "mcugen_after(a_odd, v1), b_even"),
    ("simd", "runtime/kernels/mul_simd.h", "b.value, layer->zero_point_b", "b.value, 0"),
    ("dsp-speed", MUL_DSP, "layer->offset_b, b)", "layer->offset_a, b)"),
    ("dsp-speed", "runtime/kernels/maximum_dsp.c", "mcugen_min_s8x4", "mcugen_max_s8x4"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    name, *patch = broken
    file, old, new = patch
    assert any(differences(edges, OPTIONS[name], tmp_path, patch=(file, old, new)))


X = TensorSpec((2, 3), "int8", 0.1, 3)
ONES = np.ones((2, 3), np.int8)


@pytest.mark.parametrize("kind", ["MUL", "MAXIMUM", "MINIMUM", "PRELU"])
@pytest.mark.parametrize(
    ("inputs", "out", "words"),
    [
        ([X, X], TensorSpec((2, 3), "int16", 0.1), "int16"),
        ([X, TensorSpec((2, 3), "float32", data=np.ones((2, 3), np.float32))], X, "float32"),
        ([X, TensorSpec((2, 2), "int8", 0.1, 3)], X, "cannot be broadcast"),
        ([X, TensorSpec((1,), "int8", 0.1, 3)], TensorSpec((3, 2), "int8", 0.1, 3), "not follow"),
        ([X], X, "needs"),
        ([X, X, X], X, "needs"),
    ],
)
def test_a_problem_is_named(
    kind: str, inputs: list[TensorSpec], out: TensorSpec, words: str
) -> None:
    assert problems_of(Layer(kind, [X, X], [X])) == []
    assert any(words in problem for problem in problems_of(Layer(kind, inputs, [out])))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Layer("MUL", [X, X], [TensorSpec((2, 3), "int8", 1e-8)]), "too small"),
        (Layer("PRELU", [X, X], [TensorSpec((2, 3), "int8", 1e-9)]), "too small"),
        (Layer("MAXIMUM", [X, TensorSpec((2, 3), "int8", 0.1, 4)], [X]), "differently"),
        (Layer("MINIMUM", [X, X], [TensorSpec((2, 3), "int8", 0.2, 3)]), "differently"),
        (Layer("PRELU", [TensorSpec((2, 3), "int8", 0.1, data=ONES), X], [X]), "activation input"),
        (Layer("MUL", [X, X], [X], {"fused_activation_function": "TANH"}), "TANH"),
    ],
)
def test_a_problem_of_one_kind_is_named(layer: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(layer))
