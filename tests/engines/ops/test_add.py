# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ADD and SUB equal TFLite Micro, with operands of any shape, computed or constant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

    kind: str = "ADD"
    shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((2, 9), (2, 9))
    a: Quant = (0.05, 3)
    b: Quant = (0.03, -7)
    out: Quant = (0.07, 5)
    activation: str = "NONE"
    constant: int = -1

    @property
    def layer(self) -> Layer:
        rng = np.random.default_rng(7)
        inputs = []
        for number, (shape, quant) in enumerate(zip(self.shapes, (self.a, self.b), strict=True)):
            data = rng.integers(-128, 128, shape).astype(np.int8)
            is_constant = number == self.constant
            inputs.append(TensorSpec(shape, "int8", *quant, data=data if is_constant else None))
        out = TensorSpec(np.broadcast_shapes(*self.shapes), "int8", *self.out)
        return Layer(self.kind, inputs, [out], {"fused_activation_function": self.activation})


SHAPES = (
    ((13,), (13,)),
    ((1,), (1,)),
    ((2, 3, 4), (2, 3, 4)),
    ((2, 3, 4), (4,)),
    ((2, 3, 4), (1,)),
    ((3, 1), (1, 5)),
    ((2, 3, 4), (2, 1, 4)),
    ((2, 1, 3, 1), (1, 4, 1, 5)),
    ((1, 2, 3, 4), (2, 2, 1, 4)),
    ((2, 1, 3, 1, 4), (1, 2, 1, 5, 1)),
    ((2, 3, 4, 5, 6), (2, 3, 4, 5, 6)),
    ((2, 3, 4, 5, 6), (6,)),
    ((), (3,)),
)
EDGES = tuple(
    case
    for kind in ("ADD", "SUB")
    for case in (
        *(Case(kind, pair) for a, b in SHAPES for pair in ((a, b), (b, a))),
        *(Case(kind, (a, b), constant=1) for a, b in SHAPES),
        *(Case(kind, (b, a), constant=0) for a, b in SHAPES),
        *(Case(kind, activation=f, out=(0.07, z)) for f in ACTIVATIONS for z in (-128, 0, 127)),
        *(Case(kind, a=(0.05, z), b=(0.02, -1 - z)) for z in (-128, 127)),
        *(Case(kind, ((64,), (64,)), a=(0.05, 0), b=(s, 9)) for s in (0.05, 0.0251, 0.3, 1e-4, 1e-9)),
        *(Case(kind, ((64,), (64,)), b=(0.1, 1), out=(s, -9)) for s in (1e-6, 1e-3, 0.01, 1.0, 1e6)),
        *(Case(kind, ((n,), (n,))) for n in range(1, 18)),
        # where a is at its zero point, ties of b's small steps show in the output
        *(
            Case(kind, ((64,), (64,)), (0.5, -128), (0.5 / 2**n, 9), (2.0**-18, 0), constant=1)
            for n in (20, 21, 22)
        ),
    )
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


@st.composite
def shape_pairs(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes of up to 5 axes that can be repeated to one."""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    pair = []
    for _ in range(2):
        kept = [size if draw(st.booleans()) else 1 for size in shape]
        pair.append(tuple(kept[draw(st.integers(0, len(shape) - 1)) :]))
    return pair[0], pair[1]


quants = st.tuples(st.floats(-3, 0).map(lambda e: 10.0**e), st.integers(-128, 127))
layers = st.builds(
    Case,
    kind=st.sampled_from(("ADD", "SUB")),
    shapes=st.one_of(shape_pairs(), st.integers(1, 50).map(lambda n: ((n,), (n,)))),
    a=quants,
    b=quants,
    out=quants,
    activation=st.sampled_from(ACTIVATIONS),
    constant=st.integers(-1, 1),
)


@random_models
@given(st.lists(layers, min_size=20, max_size=40), st.sampled_from(["portable", "dsp-speed"]))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case], name: str
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of([case.layer for case in cases]), folder, ["double"])
    assert not any(differences(vectors, OPTIONS[name], folder))


ADD = "runtime/kernels/add.c"
PACKED = "runtime/kernels/add_dsp.c"
WORDS = "runtime/kernels/broadcast_dsp.h"
BREAKS = (
    ("portable", "runtime/kernels/requantize.h", "(value < 0 ? 1 : 0)", "0"),
    ("portable", ADD, "addend->sign *", "1 *"),
    ("simd", "runtime/kernels/add_simd.h", "scale_addend(&layer->b", "scale_addend(&layer->a"),
    ("portable", ADD, "+ layer->zero_point", "- layer->zero_point"),
    ("portable", ADD, "layer->low, ", "layer->low - 300, "),
    ("portable", "runtime/kernels/broadcast.h", "k * sb[2]", "k * 0"),
    ("dsp-speed", WORDS, "*values * UINT32_C(0x01010101)", "*values"),
    ("dsp-speed", WORDS, "*out, low, high", "*out, low, low"),
    ("dsp-speed", PACKED, " + (x >> 31)", ""),
    ("dsp-speed", PACKED, "COARSE_SHIFT = 19", "COARSE_SHIFT = 18"),
    ("dsp-speed", PACKED, "mcugen_after(fine_odd, v1) >> 16", "mcugen_after(fine_odd, v1)"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    name, *patch = broken
    file, old, new = patch
    assert any(differences(edges, OPTIONS[name], tmp_path, patch=(file, old, new)))


SOUND = TensorSpec((2, 3), "int8", 0.1, 3)
ONES = np.ones((2, 3), np.int8)


@pytest.mark.parametrize("kind", ["ADD", "SUB"])
@pytest.mark.parametrize(
    ("inputs", "out", "words"),
    [
        ([SOUND, SOUND], TensorSpec((2, 3), "int16", 0.1), "int16 is not supported"),
        ([TensorSpec((2, 3), "float32"), SOUND], SOUND, "float32"),
        ([SOUND, TensorSpec((2, 3), "int8")], SOUND, "no scale"),
        ([SOUND, TensorSpec((2, 3), "int8", [0.1] * 3, axis=1)], SOUND, "per channel"),
        ([SOUND, TensorSpec((2, 3), "int8", 0.0, data=ONES)], SOUND, "not positive"),
        ([SOUND, TensorSpec((2, 2), "int8", 0.1)], SOUND, "cannot be broadcast"),
        ([SOUND, TensorSpec((2, 1), "int8", 0.1)], TensorSpec((3, 2), "int8", 0.1), "not follow"),
        ([SOUND, SOUND], TensorSpec((2, 3), "int8", 1e-8), "too small"),
        ([SOUND], SOUND, "needs 2"),
        ([TensorSpec((2, 1) * 3, "int8", 1), TensorSpec((1, 2) * 3, "int8", 1)],
         TensorSpec((2,) * 6, "int8", 1), "broadcast along more"),
    ],
)  # fmt: skip
def test_a_problem_is_named(
    kind: str, inputs: list[TensorSpec], out: TensorSpec, words: str
) -> None:
    assert problems_of(Layer(kind, [SOUND, SOUND], [SOUND])) == []
    assert any(words in problem for problem in problems_of(Layer(kind, inputs, [out])))
