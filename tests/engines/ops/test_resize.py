# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR equal TFLite Micro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

KINDS = ("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR")


@dataclass(frozen=True)
class Case:
    """An image of `size` that gets the size `wanted`."""

    kind: str
    size: tuple[int, int] = (5, 4)
    wanted: tuple[int, int] = (9, 11)
    align_corners: bool = False
    half_pixel_centers: bool = False
    channels: int = 3
    batches: int = 1
    dtype: str = "int8"

    def tensors(self) -> list[TensorSpec]:
        """Input, size, output."""
        quant = None if self.dtype == "float32" else 0.05
        x, y = (
            TensorSpec((self.batches, *size, self.channels), self.dtype, quant)
            for size in (self.size, self.wanted)
        )
        return [x, TensorSpec((2,), "int32", data=np.array(self.wanted, np.int32)), y]


EDGES = (
    tuple(
        case
        for kind in KINDS
        for align, half in ((False, False), (True, False), (False, True))
        for case in (
            Case(kind, (3, 3), (6, 6), align, half),
            Case(kind, (3, 5), (12, 20), align, half, channels=1),
            Case(kind, (9, 11), (4, 3), align, half, batches=2),
            Case(kind, (7, 4), (1, 1), align, half),
            Case(kind, (1, 1), (4, 7), align, half),
            Case(kind, (5, 5), (5, 5), align, half, channels=8),
            Case(kind, (6, 17), (37, 50), align, half),
        )
    )
    + tuple(
        Case("RESIZE_NEAREST_NEIGHBOR", (3, 4), (7, 9), align, half, dtype=dtype)
        for dtype, align, half in (("int16", False, True), ("float32", False, False))
    )
    + (Case("RESIZE_NEAREST_NEIGHBOR", (3, 4), (7, 9), True, True),)
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with an operator per case."""
    tensors, ops = [], []
    for case in cases:
        first = len(tensors)
        tensors += case.tensors()
        options = {
            "align_corners": case.align_corners,
            "half_pixel_centers": case.half_pixel_centers,
        }
        ops.append(OpSpec(case.kind, [first, first + 1], [first + 2], options, version=3))
    count = len(tensors)
    return model_bytes(tensors, ops, range(0, count, 3), range(2, count, 3))


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


sides = st.tuples(st.integers(1, 30), st.integers(1, 30))
operators = st.builds(
    Case,
    kind=st.sampled_from(KINDS),
    size=sides,
    wanted=sides,
    align_corners=st.booleans(),
    half_pixel_centers=st.booleans(),
    channels=st.integers(1, 5),
    batches=st.integers(1, 2),
).map(lambda case: replace(case, half_pixel_centers=False) if case.align_corners else case)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(operators, min_size=20, max_size=50))
def test_random_operators_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case]
) -> None:
    cases = [case for case in cases if not problems_of(case)]
    assume(cases)
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


def test_single_rounding_sends_ties_upward(tmp_path: Path) -> None:
    case = Case("RESIZE_BILINEAR", (1, 2), (1, 4), channels=1)
    graph = parse_tflite(model_of([case]), "ties")
    image = np.array([-3, -2], np.int8).reshape(1, 1, 1, 2, 1)
    found = [
        build(graph, OPTIONS[name], tmp_path / name).run(image).outputs[0].ravel().tolist()
        for name in ("portable", "portable-single")
    ]
    assert found == [[-3, -3, -2, -2], [-3, -2, -2, -2]]


RESIZE = "runtime/kernels/resize.c"
BREAKS = (
    ("sum > 0 ? half : -half", "half"),
    ("int32_t half = 1 << 19", "int32_t half = (1 << 19) - (1 << 12)"),
    ("(1024 - y)", "(1023 - y)"),
    ("image += layer->in_height", "image += 0 * layer->in_height"),
    ("in += layer->in_height", "in += 0 * layer->in_height"),
    ("layer->rows[y] == layer->rows[y - 1]", "layer->rows[y] <= layer->rows[y - 1] + 1"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(RESIZE, *broken)))


def problems_of(case: Case, **changes: TensorSpec) -> list[str]:
    """What is wrong with a case whose input `x`, `size` or output `y` is replaced."""
    x, size, y = case.tensors()
    tensors = [changes.get("x", x), changes.get("size", size), changes.get("y", y)]
    options = {"align_corners": case.align_corners, "half_pixel_centers": case.half_pixel_centers}
    op = OpSpec(case.kind, [0, 1], [2], options)
    graph = parse_tflite(model_bytes(tensors, [op], [0], [2]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


@pytest.mark.parametrize(
    ("case", "changes", "words"),
    [
        (Case(KINDS[1], dtype="int16"), {}, "int16 to int16"),
        (Case(KINDS[0], dtype="int32"), {}, "int32 to int32"),
        (Case(KINDS[1], align_corners=True, half_pixel_centers=True), {}, "align_corners with"),
        (Case(KINDS[0]), {"y": TensorSpec((1, 9, 10, 3), "int8", 0.05)}, "is not that of"),
        (Case(KINDS[0]), {"y": TensorSpec((1, 9, 11, 2), "int8", 0.05)}, "differ in"),
        (Case(KINDS[0]), {"x": TensorSpec((5, 4, 3), "int8", 0.05)}, "not images"),
        (Case(KINDS[1], (1, 1), (1500, 1)), {}, "beyond the image when 1 become 1500"),
        (Case(KINDS[0], (1, 1), (1, 40000)), {}, "more than 32767"),
    ],
)
def test_a_problem_is_named(case: Case, changes: dict[str, TensorSpec], words: str) -> None:
    found = problems_of(case, **changes)
    assert len(found) == 1 and words in found[0], found
