# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV equals TFLite Micro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


@dataclass(frozen=True)
class Case:
    """One layer. `gain` is about the standard deviation of the output in output steps."""

    size: tuple[int, int] = (3, 4)
    channels: tuple[int, int] = (3, 5)  # in, out
    window: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (2, 2)
    padding: str = "SAME"
    activation: str = "NONE"
    per_channel: bool = True
    bias: bool = True
    batches: int = 1
    zero_points: tuple[int, int] = (-3, 5)
    gain: float = 60.0
    extra: int = 0  # rows and columns of output more than the formula of Keras gives
    seed: int = 0

    @property
    def out_shape(self) -> tuple[int, ...]:
        sides = zip(self.size, self.window, self.stride, strict=True)
        grown = (n * s + (max(k - s, 0) if self.padding == "VALID" else 0) for n, k, s in sides)
        return (self.batches, *(side + self.extra for side in grown), self.channels[1])

    @property
    def options(self) -> dict[str, object]:
        return {
            "padding": self.padding,
            "stride_h": self.stride[0],
            "stride_w": self.stride[1],
            "fused_activation_function": self.activation,
        }

    def tensors(self, number: int = 0) -> list[TensorSpec]:
        """Output shape, weights, input, output and, if there is one, bias."""
        rng = np.random.default_rng((self.seed, number))
        given, made = self.channels
        weights = rng.integers(-127, 128, (made, *self.window, given)).astype(np.int8)
        spread = 74 * 73 * (weights[0].size / np.prod(self.stride) + 1) ** 0.5
        scales = 0.01 * rng.uniform(0.2, 1, made if self.per_channel else 1)
        y_scale = 0.05 * 0.01 * spread / self.gain
        out_shape = np.array(self.out_shape, np.int32)
        tensors = [
            TensorSpec((4,), "int32", data=out_shape),
            TensorSpec(weights.shape, "int8", scales.tolist(), data=weights),
            TensorSpec((self.batches, *self.size, given), "int8", 0.05, self.zero_points[0]),
            TensorSpec(self.out_shape, "int8", float(y_scale), self.zero_points[1]),
        ]
        if self.bias:
            bias = rng.integers(-int(spread), int(spread) + 1, made).astype(np.int32)
            tensors.append(TensorSpec((made,), "int32", (0.05 * scales).tolist(), data=bias))
        return tensors


EDGES = (
    *(
        Case(window=(k, k), stride=(s, s), padding=p)
        for k in (1, 2, 3, 5)
        for s in (1, 2, 3)
        for p in ("SAME", "VALID")
    ),
    *(Case(window=(2, 5), stride=(3, 1), padding=p, batches=2) for p in ("SAME", "VALID")),
    *(Case(activation=a, zero_points=(7, z)) for a in ACTIVATIONS for z in (-128, 0, 127)),
    *(Case(zero_points=(z, 0), bias=b, per_channel=b) for z in (-128, 127) for b in (True, False)),
    *(Case(gain=gain) for gain in (0.01, 1e3, 1e6)),
    *(Case(extra=extra, padding=p) for extra in (-1, 1) for p in ("SAME", "VALID")),
    Case(size=(1, 1), window=(4, 4), stride=(4, 4), channels=(1, 1), padding="VALID"),
    Case(channels=(17, 2)),
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with a layer per case."""
    tensors: list[TensorSpec] = []
    ops = []
    for number, case in enumerate(cases):
        first = len(tensors)
        tensors += case.tensors(number)
        inputs = [first, first + 1, first + 2, *([first + 4] if case.bias else [])]
        ops.append(OpSpec("TRANSPOSE_CONV", inputs, [first + 3], case.options, version=4))
    return model_bytes(tensors, ops, [op.inputs[2] for op in ops], [op.outputs[0] for op in ops])


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


pairs = st.tuples(st.integers(1, 5), st.integers(1, 5))
layers = st.builds(
    Case,
    size=pairs,
    channels=pairs,
    window=pairs,
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(("SAME", "VALID")),
    activation=st.sampled_from(ACTIVATIONS),
    per_channel=st.booleans(),
    bias=st.booleans(),
    batches=st.integers(1, 2),
    zero_points=st.tuples(st.integers(-128, 127), st.integers(-128, 127)),
    gain=st.floats(-1, 4).map(lambda exponent: 10.0**exponent),
    seed=st.integers(0, 2**31),
)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(layers, min_size=20, max_size=40))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


KERNEL = "runtime/kernels/transpose_conv.c"
BREAKS = (
    ("place / stride < size", "place / stride <= size - 2"),
    ("place % stride == 0", "place % stride <= 0 * stride + 1"),
    ("layer->low, ", "-128, "),
    ("pixel[c] - layer->in_zero_point", "pixel[c]"),
    ("x + layer->pad_left", "x"),
    ("requant[o]", "requant[0]"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(KERNEL, *broken)))


def problems_of(change: dict[int, TensorSpec], **options: object) -> list[str]:
    """What is wrong with a sound layer once tensors, numbered as Case.tensors, are replaced."""
    tensors = dict(enumerate(Case().tensors())) | change
    op = OpSpec("TRANSPOSE_CONV", [0, 1, 2, 4], [3], Case().options | options)
    graph = parse_tflite(model_bytes([*tensors.values()], [op], [2], [3]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


def test_a_sound_layer_has_no_problems() -> None:
    assert problems_of({}) == []


ONES = np.ones((5, 3, 3, 3), np.int8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({1: TensorSpec((5, 3, 3, 3), "int8", 0.1, 4, data=ONES)}, "zero point"),
        ({1: TensorSpec((5, 3, 3, 3), "int8", [0.1] * 3, axis=3, data=ONES)}, "per output channel"),
        ({1: TensorSpec((4, 3, 3, 3), "int8", 0.1, data=ONES[:4])}, "do not fit"),
        ({2: TensorSpec((1, 3, 4, 3), "float32")}, "float32"),
        ({2: TensorSpec((3, 4, 3), "int8", 0.1)}, "4 dimensions"),
        ({2: TensorSpec((1, 3, 4, 3), "int8", 3e30)}, "too small"),
        ({4: TensorSpec((4,), "int32", data=np.zeros(4, np.int32))}, "4 biases for 5"),
        ({4: TensorSpec((5,), "int64", data=np.zeros(5, np.int64))}, "constant int32"),
    ],
)
def test_a_problem_is_named(change: dict[int, TensorSpec], words: str) -> None:
    found = problems_of(change)
    assert any(words in problem for problem in found) and len(found) <= 2, found


def test_strides_of_0_are_refused() -> None:
    assert ["strides [0, 2]" in problem for problem in problems_of({}, stride_h=0)] == [True]
