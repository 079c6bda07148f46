# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK and PACK move what TFLite Micro moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


@dataclass(frozen=True)
class Case:
    """One operator: shapes of what is computed, constants around the first input, options."""

    kind: str
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, ...] | int, ...] = ()
    after: tuple[tuple[int, ...] | int, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    dtype: str = "int8"

    def tensors(self) -> tuple[list[TensorSpec], list[TensorSpec], list[TensorSpec]]:
        """Constants before, inputs and constants after; outputs."""
        scale = 0.05 if self.dtype in ("int8", "int16") else None
        constants = [
            [TensorSpec(v.shape, "int32", data=v) for v in (np.array(c, np.int32) for c in group)]
            for group in (self.before, self.after)
        ]
        inputs = [TensorSpec(shape, self.dtype, scale) for shape in self.inputs]
        outputs = [TensorSpec(shape, self.dtype, scale) for shape in self.outputs]
        return constants[0], [*inputs, *constants[1]], outputs


def strided(
    shape: tuple[int, ...],
    begin: tuple[int, ...],
    end: tuple[int, ...],
    step: tuple[int, ...],
    masks: tuple[int, int, int] = (0, 0, 0),
    dtype: str = "int8",
) -> Case:
    """A STRIDED_SLICE; masks are begin, end and shrink_axis. NumPy knows the output's shape."""
    picks: list[slice | int] = []
    for axis in range(len(shape)):
        low, high, shrinks = (bool(mask >> axis & 1) for mask in masks)
        part = slice(None if low else begin[axis], None if high else end[axis], step[axis])
        picks.append(part.indices(shape[axis])[0] if shrinks else part)
    names = ("begin_mask", "end_mask", "shrink_axis_mask")
    return Case(
        "STRIDED_SLICE",
        (shape,),
        (np.zeros(shape)[tuple(picks)].shape,),
        after=(begin, end, step),
        options=dict(zip(names, masks, strict=True)),
        dtype=dtype,
    )


def sliced(shape: tuple[int, ...], begin: tuple[int, ...], size: tuple[int, ...]) -> Case:
    out = tuple(n - b if s == -1 else s for n, b, s in zip(shape, begin, size, strict=True))
    return Case("SLICE", (shape,), (out,), after=(begin, size))


def split(shape: tuple[int, ...], axis: int, sizes: tuple[int, ...], dtype: str = "int8") -> Case:
    """SPLIT where the sizes are equal, else SPLIT_V."""
    outputs = tuple((*shape[:axis], s, *shape[axis + 1 :]) for s in sizes)
    if len(set(sizes)) == 1:
        options = {"num_splits": len(sizes)}
        return Case("SPLIT", (shape,), outputs, before=(axis,), options=options, dtype=dtype)
    return Case("SPLIT_V", (shape,), outputs, after=(sizes, axis), dtype=dtype)


def unpacked(shape: tuple[int, ...], axis: int, *, packs: bool = False) -> Case:
    place, count = axis % len(shape), shape[axis]
    part = (*shape[:place], *shape[place + 1 :])
    if packs:
        options = {"axis": axis, "values_count": count}
        return Case("PACK", (part,) * count, (shape,), options=options)
    return Case("UNPACK", (shape,), (part,) * count, options={"axis": axis, "num": count})


EDGES = (
    strided((1, 10, 8), (0, -1, 0), (0, 0, 0), (1, 1, 1), (5, 5, 2)),  # the last step of an LSTM
    strided((9,), (2,), (8,), (3,)),
    strided((9,), (-1,), (0,), (-2,), (1, 1, 0)),
    strided((4, 6, 5, 3), (1, 5, 0, 2), (4, 0, 5, -9), (2, -2, 1, -1)),
    strided((4, 6, 5, 3), (0, 1, 1, 1), (4, 100, 4, 2), (1, 3, 2, 1)),
    strided((4, 6, 5, 3), (1, 0, 0, 0), (2, 0, 0, 0), (1, 1, 1, 1), (0, 14, 1)),
    strided((4, 6, 5), (-3, 0, 0), (0, 0, 2), (1, 1, 1), (2, 7, 1)),
    strided((4, 6), (0, 0), (4, 6), (1, 1)),  # everything: no call at all
    *(strided((3, 7), (1, 1), (3, 6), (1, 2), dtype=d) for d in ("int16", "int32", "float32")),
    sliced((2, 3, 4, 5, 6), (1, 0, 2, 1, 3), (1, 3, 2, -1, 2)),
    sliced((2, 3, 4, 5, 6), (0, 1, 0, 0, 0), (2, 2, 4, 5, 6)),
    sliced((8,), (3,), (-1,)),
    *(split((2, 12, 6), axis, (size,) * 2) for axis, size in ((0, 1), (1, 6), (2, 3))),
    *(split((2, 12, 6), axis, sizes) for axis, sizes in ((1, (1, 7, 4)), (2, (5, 1)))),
    split((1, 32), 1, (8, 8, 8, 8)),
    split((1, 32), 1, (8, 8, 8, 8), "float32"),
    split((4, 3), 0, (4,)),
    *(unpacked((4, 3, 5), axis, packs=p) for axis in (0, 1, 2, -1) for p in (False, True)),
    unpacked((1, 5), 0),
)


def model_of(cases: Sequence[Case]) -> bytes:
    """All cases side by side, each with inputs and outputs of its own."""
    tensors: list[TensorSpec] = []
    ops, inputs, outputs = [], [], []
    for case in cases:
        before, given, made = case.tensors()
        first = len(tensors)
        tensors += [*before, *given, *made]
        output = first + len(before) + len(given)
        made_here = range(output, output + len(made))
        ops.append(OpSpec(case.kind, range(first, output), made_here, case.options, version=2))
        inputs += range(first + len(before), first + len(before) + len(case.inputs))
        outputs += made_here
    return model_bytes(tensors, ops, inputs, outputs)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["portable"], tmp_path, on=on))


@st.composite
def any_case(draw: st.DrawFn) -> Case:
    """A random operator on a random shape."""
    shape = tuple(draw(st.lists(st.integers(1, 7), min_size=1, max_size=4)))
    axis = draw(st.integers(0, len(shape) - 1))
    kind = draw(st.sampled_from(("STRIDED_SLICE", "SLICE", "SPLIT", "UNPACK", "PACK")))
    if kind == "SLICE":
        begin = tuple(draw(st.integers(0, n - 1)) for n in shape)
        rests = [n - b for n, b in zip(shape, begin, strict=True)]
        return sliced(shape, begin, tuple(draw(st.sampled_from((-1, 1, n))) for n in rests))
    if kind == "SPLIT":
        cut = draw(st.integers(1, shape[axis]))
        rest = shape[axis] - cut
        return split(shape, axis, (cut, rest) if rest else (cut,))
    if kind != "STRIDED_SLICE":
        return unpacked((*shape, 2), axis, packs=kind == "PACK")
    step = tuple(draw(st.sampled_from((-3, -1, 1, 1, 2))) for _ in shape)
    begin = tuple(draw(st.integers(-n, n)) for n in shape)
    end = tuple(draw(st.integers(-n - 1, n + 1)) for n in shape)
    masks = [draw(st.integers(0, 15)) for _ in range(2)]
    for i, n in enumerate(shape):  # what would be empty is taken as a whole
        picked = slice(
            None if masks[0] >> i & 1 else begin[i], None if masks[1] >> i & 1 else end[i], step[i]
        )
        if not range(*picked.indices(n)):
            masks = [mask | 1 << i for mask in masks]
    return strided(shape, begin, end, step, (masks[0], masks[1], 0))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(any_case(), min_size=20, max_size=60))
def test_random_operators_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


BLOCKS = "runtime/kernels/blocks.c"
BREAKS = (
    ("+ layer->in_offset", ""),
    ("+ layer->out_offset", ""),
    ("block * layer->out_step", "block * layer->bytes"),
    ("block * layer->in_step", "block * layer->bytes"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=(BLOCKS, *broken)))


def test_what_moves_nothing_costs_nothing() -> None:
    whole = (strided((4, 6), (0, 0), (4, 6), (1, 1)), split((4, 3), 0, (4,)), unpacked((1, 5), 0))
    for case in whole:
        tree = ENGINES["aot"].emit(parse_tflite(model_of([case]), "one"), EngineOptions())
        assert not any("kernels" in path for path in tree), case.kind


def problems_of(case: Case) -> list[str]:
    graph = parse_tflite(model_of([case]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (Case("SLICE", ((4,),), ((2,),), after=((3,), (2,))), "do not fit"),
        (Case("SLICE", ((4,),), ((3,),), after=((1,), (2,))), "instead of [2]"),
        (Case("SLICE", ((4,),), ((2,),), after=((1, 1), (2, 2))), "one per axis"),
        (Case("SLICE", ((1,) * 6,), ((1,) * 6,), after=((0,) * 6, (1,) * 6)), "6 axes"),
        (Case("STRIDED_SLICE", ((4,),), ((2,),), after=((0,), (2,), (0,))), "step of 0"),
        (
            Case("STRIDED_SLICE", ((4,),), ((1,),), after=((9,), (0,), (1,))),
            "0 elements from 4",
        ),
        (
            Case(
                "STRIDED_SLICE",
                ((4,),),
                ((),),
                after=((9,), (0,), (1,)),
                options={"shrink_axis_mask": 1},
            ),
            "1 elements from 4",
        ),
        (
            Case(
                "STRIDED_SLICE",
                ((4,),),
                ((4,),),
                after=((0,), (4,), (1,)),
                options={"ellipsis_mask": 1},
            ),
            "ellipsis_mask",
        ),
        (Case("SPLIT", ((4, 6),), ((4, 2),) * 2, before=(1,)), "do not make up 6"),
        (Case("SPLIT", ((4, 6),), ((4, 2), (4, 4)), before=(1,)), "differ in shape"),
        (Case("SPLIT", ((4, 6),), ((4, 3),) * 2, before=(2,)), "the axis must"),
        (Case("SPLIT", ((4, 6),), ((3, 3),) * 2, before=(1,)), "is not a part of"),
        (Case("SPLIT_V", ((4, 6),), ((4, 2), (4, 4)), after=((3, 3), 1)), "do not have the sizes"),
        (Case("UNPACK", ((4, 6),), ((4,),) * 5, options={"axis": 1, "num": 6}), "do not make up"),
        (Case("PACK", ((6,),) * 3, ((4, 6),), options={"axis": 0}), "do not make up 4"),
        (Case("PACK", ((5,),) * 4, ((4, 6),), options={"axis": 0}), "is not a part of"),
        (Case("UNPACK", ((4, 6),), ((6,),) * 4, dtype="float16"), "float16 is not supported"),
    ],
)
def test_a_problem_is_named(case: Case, words: str) -> None:
    found = problems_of(case)
    assert any(words in problem for problem in found), found
