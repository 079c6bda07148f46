# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MAX_POOL_2D equal TFLite Micro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Vectors, differences, random_models, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

KINDS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


@dataclass(frozen=True)
class Case:
    """One layer over an image of height x width."""

    kind: str = "AVERAGE_POOL_2D"
    height: int = 6
    width: int = 7
    channels: int = 4
    window: tuple[int, int] = (2, 2)
    stride: tuple[int, int] = (2, 2)
    padding: str = "VALID"
    activation: str = "NONE"
    scale: float = 0.05
    zero_point: int = -3
    batches: int = 1

    @property
    def out_shape(self) -> tuple[int, ...]:
        sizes = zip((self.height, self.width), self.window, self.stride, strict=True)
        rooms = [((n if self.padding == "SAME" else n - k + 1), s) for n, k, s in sizes]
        return (self.batches, *(-(-n // s) for n, s in rooms), self.channels)

    @property
    def options(self) -> dict[str, object]:
        return {
            "filter_height": self.window[0],
            "filter_width": self.window[1],
            "stride_h": self.stride[0],
            "stride_w": self.stride[1],
            "padding": self.padding,
            "fused_activation_function": self.activation,
        }


EDGES = tuple(
    case
    for kind in KINDS
    for case in (
        *(Case(kind, channels=channels) for channels in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13)),
        *(Case(kind, activation=a, zero_point=z) for a in ACTIVATIONS for z in (-128, 0, 127)),
        *(Case(kind, padding="SAME", window=(k, k), stride=(1, 1)) for k in (2, 3, 5, 9, 13)),
        *(Case(kind, padding=p, window=(3, 2), stride=(2, 3)) for p in ("SAME", "VALID")),
        *(Case(kind, padding=p, window=(1, 2), stride=(4, 3)) for p in ("SAME", "VALID")),
        Case(kind, 25, 5, 64, (25, 5), (25, 5), batches=2),
        Case(kind, 16, 16, 5, (16, 16), (1, 1)),  # 256 positions, the most the DSP kernel sums
        Case(kind, 16, 17, 5, (16, 17), (1, 1)),  # one row too many for it
    )
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with a layer per case, each with its own input and output."""
    tensors, ops = [], []
    for number, case in enumerate(cases):
        shape = (case.batches, case.height, case.width, case.channels)
        tensors.append(TensorSpec(shape, "int8", case.scale, case.zero_point))
        tensors.append(TensorSpec(case.out_shape, "int8", case.scale, case.zero_point))
        ops.append(OpSpec(case.kind, [2 * number], [2 * number + 1], case.options, version=2))
    count = len(cases)
    return model_bytes(tensors, ops, range(0, 2 * count, 2), range(1, 2 * count, 2))


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("name", ["portable", "dsp-speed"])
def test_edges_equal_the_reference_on_the_pc(name: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path))


def test_edges_equal_the_reference_on_a_cortex_m33(edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["dsp-speed"], tmp_path, on="qemu"))


sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))
layers = st.builds(
    Case,
    kind=st.sampled_from(KINDS),
    height=st.integers(9, 16),
    width=st.integers(9, 16),
    channels=st.integers(1, 12),
    window=sizes,
    stride=sizes,
    padding=st.sampled_from(("SAME", "VALID")),
    activation=st.sampled_from(ACTIVATIONS),
    scale=st.floats(0.001, 1.0),
    zero_point=st.integers(-128, 127),
    batches=st.integers(1, 2),
)


@random_models
@given(st.lists(layers, min_size=20, max_size=40), st.sampled_from(["portable", "dsp-speed"]))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case], name: str
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS[name], folder))


WINDOW = "runtime/kernels/pooling_window.h"
DSP = "runtime/kernels/pooling_dsp.c"
BREAKS = (
    ("portable", WINDOW, "sum + count / 2", "sum"),
    ("portable", WINDOW, "sum - count / 2", "sum + count / 2"),
    ("portable", WINDOW, "start + size - pad", "start + size"),
    ("portable", WINDOW, "in += layer->in_height", "in += 0 * layer->in_height"),
    ("portable", "runtime/kernels/pooling.c", "largest, low, high", "largest, low - 300, high"),
    ("dsp-speed", DSP, "c), lowest)", "c), lowest & 0x80808080u)"),
    ("dsp-speed", DSP, "channels - 4 : channel + 4", "channels : channel + 4"),
    ("dsp-speed", "runtime/kernels/dsp.h", ">= (int8_t)", "<= (int8_t)"),
)


def problems_of(case: Case, **changes: TensorSpec) -> list[str]:
    """What is wrong with a case whose input `x` or output `y` is replaced."""
    shape = (case.batches, case.height, case.width, case.channels)
    x = changes.get("x", TensorSpec(shape, "int8", case.scale, case.zero_point))
    y = changes.get("y", TensorSpec(case.out_shape, "int8", case.scale, case.zero_point))
    op = OpSpec(case.kind, [0], [1], case.options)
    graph = parse_tflite(model_bytes([x, y], [op], [0], [1]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


@pytest.mark.parametrize(
    ("case", "changes", "words"),
    [
        (Case(), {"x": TensorSpec((1, 6, 7, 4), "int16", 0.05)}, "int16"),
        (Case(), {"x": TensorSpec((1, 6, 7, 4), "int8")}, "no scale"),
        (Case(), {"x": TensorSpec((6, 7, 4), "int8", 0.05, -3)}, "not images"),
        (Case(), {"y": TensorSpec((1, 3, 3, 4), "int8", 0.06, -3)}, "differently"),
        (Case(), {"y": TensorSpec((1, 3, 3, 4), "int8", 0.05, -4)}, "differently"),
        (Case(), {"y": TensorSpec((1, 4, 3, 4), "int8", 0.05, -3)}, "does not follow"),
        (Case(window=(7, 1)), {"y": TensorSpec((1, 1, 4, 4), "int8", 0.05, -3)}, "not follow"),
        (Case(activation="TANH"), {}, "TANH"),
        (Case(scale=1e-30, activation="RELU6"), {}, "too small"),
        (Case(stride=(1, -1)), {"y": TensorSpec((1, 3, 3, 4), "int8", 0.05, -3)}, "strides"),
        (Case(), {"x": TensorSpec((0, 6, 7, 4), "int8", 0.05, -3)}, "no elements"),
    ],
)  # fmt: skip
def test_a_problem_is_named(case: Case, changes: dict[str, TensorSpec], words: str) -> None:
    assert problems_of(Case()) == []
    assert any(words in problem for problem in problems_of(case, **changes))


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    name, *patch = broken
    file, old, new = patch
    assert any(differences(edges, OPTIONS[name], tmp_path, patch=(file, old, new)))
