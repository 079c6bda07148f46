# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV equals TFLite Micro, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.convolution import Filter, read_convolution
from mcugen.model.ir import Graph
from mcugen.model.numpy_graph import ROUNDINGS
from tests.engines.vectors import (
    Layer,
    Vectors,
    differences,
    model_of,
    problems_of,
    random_models,
    vectors_of,
)
from tests.tflite_writer import TensorSpec

OPTIONS = {"double": EngineOptions(), "single": EngineOptions(rounding="single")}


@dataclass(frozen=True)
class Case:
    """One layer; `beyond` is how many pixels the output has more than it needs to have."""

    batches: int = 1
    image: tuple[int, int] = (4, 3)
    channels: int = 3
    filter: tuple[int, int] = (3, 3)
    outputs: int = 2
    stride: tuple[int, int] = (2, 2)
    padding: str = "SAME"
    beyond: tuple[int, int] = (0, 0)
    per_channel: bool = True
    bias: bool = True
    input_zero_point: int = -3
    output_zero_point: int = 5
    gain: float = 60.0
    seed: int = 0

    def out_size(self) -> list[int]:
        """A height and width that a convolution would turn into the image's."""
        extra = self.filter if self.padding == "VALID" else (1, 1)
        return [
            (size - 1) * stride + more + beyond % stride
            for size, stride, more, beyond in zip(
                self.image, self.stride, extra, self.beyond, strict=True
            )
        ]


def layer_of(case: Case) -> Layer:
    """A case as an operator with tensors."""
    rng = np.random.default_rng(case.seed)
    weights = rng.integers(-127, 128, (case.outputs, *case.filter, case.channels)).astype(np.int8)
    x_scale, w_scale = np.float32(rng.uniform(0.01, 0.1)), np.float32(rng.uniform(0.001, 0.02))
    spread = 74 * 73 * (np.prod(case.filter) * case.channels) ** 0.5
    scales = w_scale * rng.uniform(0.2, 1, case.outputs) if case.per_channel else w_scale
    shape = np.array([case.batches, *case.out_size(), case.outputs], np.int32)
    bias = rng.integers(-int(spread), int(spread) + 1, case.outputs).astype(np.int32)
    bias_scales = (np.float32(x_scale) * np.float32(scales)).tolist()
    return Layer(
        "TRANSPOSE_CONV",
        [
            TensorSpec((4,), "int32", data=shape),
            TensorSpec(weights.shape, "int8", np.float32(scales).tolist(), data=weights),
            TensorSpec(
                (case.batches, *case.image, case.channels),
                "int8",
                float(x_scale),
                case.input_zero_point,
            ),
            *([TensorSpec(bias.shape, "int32", bias_scales, data=bias)] if case.bias else []),
        ],
        [
            TensorSpec(
                tuple(shape.tolist()),
                "int8",
                float(x_scale * w_scale) * spread / case.gain,
                case.output_zero_point,
            )
        ],
        {"padding": case.padding, "stride_h": case.stride[0], "stride_w": case.stride[1]},
        version=3,
    )


EDGES = (
    *(Case(padding=p, stride=s) for p in ("SAME", "VALID") for s in ((1, 1), (2, 2), (3, 1))),
    *(Case(filter=f, padding=p) for p in ("SAME", "VALID") for f in ((1, 1), (2, 4), (5, 2))),
    *(Case(beyond=b, padding=p) for p in ("SAME", "VALID") for b in ((1, 0), (1, 1))),
    Case(batches=2, outputs=5),
    *(Case(input_zero_point=z, bias=b) for z in (-128, 127) for b in (True, False)),
    Case(per_channel=False, output_zero_point=-128),
    *(Case(gain=gain) for gain in (0.001, 0.4, 1e3, 1e8)),
)


def vectors_of_cases(cases: Sequence[Case], folder: Path) -> Vectors:
    """Double rounding from TFLite Micro; single rounding from NumPy, which must agree on double."""
    vectors = vectors_of(model_of([layer_of(case) for case in cases]), folder, ["double"])
    mine = numpy_outputs(vectors.graph, vectors.inputs, "double")
    for a, b in zip(mine, vectors.expected["double"], strict=True):
        assert np.array_equal(a, b)
    vectors.expected["single"] = numpy_outputs(vectors.graph, vectors.inputs, "single")
    return vectors


def numpy_outputs(
    graph: Graph, inputs: Sequence[np.ndarray], rounding: str
) -> tuple[np.ndarray, ...]:
    """Every layer in NumPy, scattered as TFLite does it."""
    answers = []
    for op, x in zip(graph.ops, inputs, strict=True):
        layer = read_convolution(graph, op, 0)
        sums = _scatter(layer.filter, x.astype(np.int64) - layer.in_zero_point, layer.weights)
        multiplier, shift = layer.requant.astype(np.int64).T
        scaled = ROUNDINGS[rounding](sums + layer.bias, multiplier, shift) + layer.zero_point
        answers.append(np.clip(scaled, layer.low, layer.high).astype(np.int8))
    return tuple(answers)


def _scatter(f: Filter, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Samples [N, batches, height, width, channels] -> sums [N, batches, out..., channels]."""
    height = max((f.in_height - 1) * f.stride_y + f.height, f.pad_top + f.out_height)
    width = max((f.in_width - 1) * f.stride_x + f.width, f.pad_left + f.out_width)
    sums = np.zeros((*x.shape[:2], height, width, f.out_channels), np.int64)
    for ky in range(f.height):
        for kx in range(f.width):
            rows = slice(ky, ky + (f.in_height - 1) * f.stride_y + 1, f.stride_y)
            columns = slice(kx, kx + (f.in_width - 1) * f.stride_x + 1, f.stride_x)
            sums[:, :, rows, columns] += x @ weights[:, ky, kx].astype(np.int64).T
    return sums[:, :, f.pad_top : f.pad_top + f.out_height, f.pad_left : f.pad_left + f.out_width]


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_cases(EDGES, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize(
    ("on", "rounding"), [("host", "double"), ("host", "single"), ("qemu", "double")]
)
def test_edges_equal_the_reference(on: str, rounding: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[rounding], tmp_path, on=on))


layers = st.builds(
    Case,
    batches=st.integers(1, 2),
    image=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    channels=st.integers(1, 6),
    filter=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    outputs=st.integers(1, 6),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(("SAME", "VALID")),
    beyond=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    per_channel=st.booleans(),
    bias=st.booleans(),
    input_zero_point=st.integers(-128, 127),
    output_zero_point=st.integers(-128, 127),
    gain=st.floats(-1, 4).map(lambda exponent: 10.0**exponent),
    seed=st.integers(0, 2**31),
)


@random_models
@given(cases=st.lists(layers, min_size=20, max_size=40), rounding=st.sampled_from([*OPTIONS]))
def test_random_layers_equal_the_reference(
    cases: list[Case], rounding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    assert not any(differences(vectors_of_cases(cases, folder), OPTIONS[rounding], folder))


KERNEL = "runtime/kernels/transpose_conv.c"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at + pad - k", "at - pad - k"),
        ("distance % stride == 0", "distance % stride >= 0"),
        ("- layer->in_zero_point", ""),
        ("f->stride_x, f->in_width", "f->stride_y, f->in_width"),
    ],
)
def test_a_break_is_noticed(old: str, new: str, edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["double"], tmp_path, patch=(KERNEL, old, new)))


@pytest.mark.parametrize(
    ("position", "tensor", "words"),
    [
        (0, TensorSpec((4,), "int32", is_variable=True), "shape must be a constant"),
        (1, TensorSpec((2, 3, 3, 3), "int8", 0.1, is_variable=True), "run time"),
        (2, TensorSpec((1, 4, 3, 6), "int8", 0.1), "groups"),
        (2, TensorSpec((1, 5, 3, 3), "int8", 0.1), "does not follow"),
        (3, TensorSpec((3,), "int32", data=np.zeros(3, np.int32)), "biases"),
    ],
)
def test_a_problem_is_named(position: int, tensor: TensorSpec, words: str) -> None:
    sound = layer_of(Case())
    assert problems_of(sound) == []
    inputs = [*sound.inputs]
    inputs[position] = tensor
    problems = problems_of(Layer(sound.kind, inputs, sound.outputs, sound.options, 3))
    assert [words in problem for problem in problems] == [True], problems
