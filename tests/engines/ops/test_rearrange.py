# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators that only move elements equal TFLite Micro, whatever their arguments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.ops.shared.copy_call import Block
from mcugen.engines.ops.shared.index_map import blocks_of
from mcugen.errors import ModelError
from mcugen.model.moves import FILL
from mcugen.model.reference import OWN_REFERENCE, open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import (
    OPTIONS,
    Layer,
    Vectors,
    differences,
    model_of,
    problems_of,
    random_inputs,
    random_models,
    vectors_of,
)
from tests.tflite_writer import TensorSpec


def of(shape: tuple[int, ...], dtype: str = "int8") -> TensorSpec:
    quant = (0.1, 3) if dtype == "int8" else (0.1, 0) if dtype == "int16" else (None, 0)
    return TensorSpec(shape, dtype, *quant)


def ints(values: Any, dtype: str = "int32") -> TensorSpec:
    data = np.array(values, dtype)
    return TensorSpec(data.shape, dtype, data=data)


def layer(
    kind: str,
    x: tuple[int, ...],
    out: tuple[int, ...],
    *arguments: TensorSpec,
    dtype: str = "int8",
    **options: Any,
) -> Layer:
    return Layer(kind, [of(x, dtype), *arguments], [of(out, dtype)], options)


def blocks(kind: str, x: tuple[int, ...], out: tuple[int, ...], size: Any, ends: Any) -> Layer:
    return layer(kind, x, out, ints(size), ints(ends))


EDGES = (
    blocks("SPACE_TO_BATCH_ND", (1, 4, 6, 2), (4, 2, 3, 2), [2, 2], [[0, 0], [0, 0]]),
    blocks("SPACE_TO_BATCH_ND", (2, 5, 7, 3), (12, 3, 5, 3), [2, 3], [[1, 0], [2, 6]]),
    blocks("SPACE_TO_BATCH_ND", (1, 21, 3), (2, 11, 3), [2], [[0, 1]]),
    blocks("SPACE_TO_BATCH_ND", (1, 13, 5), (4, 4, 5), [4], [[3, 0]]),
    blocks("BATCH_TO_SPACE_ND", (4, 2, 3, 2), (1, 4, 6, 2), [2, 2], [[0, 0], [0, 0]]),
    blocks("BATCH_TO_SPACE_ND", (6, 3, 5, 3), (1, 5, 12, 3), [2, 3], [[1, 0], [2, 1]]),
    blocks("BATCH_TO_SPACE_ND", (2, 11, 3), (1, 21, 3), [2], [[0, 1]]),
    layer("SPACE_TO_DEPTH", (1, 4, 6, 3), (1, 2, 3, 12), block_size=2),
    layer("SPACE_TO_DEPTH", (2, 6, 3, 1), (2, 2, 1, 9), block_size=3),
    layer("DEPTH_TO_SPACE", (1, 2, 3, 12), (1, 4, 6, 3), block_size=2),
    layer("DEPTH_TO_SPACE", (1, 2, 2, 18), (1, 6, 6, 2), block_size=3, dtype="float32"),
    *(
        layer("MIRROR_PAD", (3, 4), (3 + a + b, 4 + c), ints([[a, b], [0, c]]), mode=mode)
        for mode, a, b, c in (("REFLECT", 2, 1, 3), ("SYMMETRIC", 3, 0, 4), ("SYMMETRIC", 1, 2, 1))
    ),
    layer("MIRROR_PAD", (1, 3, 5, 2), (1, 5, 7, 2), ints([[0, 0], [1, 1], [1, 1], [0, 0]])),
    *(layer("REVERSE_V2", (2, 3, 5), (2, 3, 5), ints([axis])) for axis in (0, 1, 2, -1)),
    layer("REVERSE_V2", (7, 2), (7, 2), ints([0]), dtype="int16"),
    layer("REVERSE_V2", (7, 2), (7, 2), ints([0]), dtype="float32"),
    layer("BROADCAST_TO", (2, 1, 3), (4, 2, 5, 3), ints([4, 2, 5, 3])),
    layer("BROADCAST_TO", (1,), (3, 4), ints([3, 4]), dtype="float32"),
    layer("GATHER", (5, 7), (3, 7), ints([4, 0, 4]), axis=0),
    layer("GATHER", (5, 7), (5, 4), ints([6, 0, 3, 3]), axis=1),
    layer("GATHER", (1, 2, 3, 48), (1, 2, 3, 24), ints([*range(1, 48, 2)]), axis=3),
    layer("GATHER", (9, 40), (9, 40), ints([*np.random.default_rng(0).permutation(40)]), axis=1),
    layer("GATHER", (90, 3), (60, 3), ints([*np.random.default_rng(1).integers(0, 90, 60)])),
    layer("GATHER", (4, 3), (2, 3, 3), ints([[1, 2, 3], [3, 0, 0]]), axis=0),
    layer("GATHER_ND", (4, 3, 5), (2, 5), ints([[3, 0], [1, 2]])),
    layer("GATHER_ND", (4, 3), (3,), ints([[3, 0], [1, 2], [0, 0]])),
    layer("TRANSPOSE", (2, 3, 4), (4, 2, 3), ints([2, 0, 1]), dtype="float32"),
    layer("TRANSPOSE", (2, 3, 4), (3, 2, 4), ints([1, 0, 2]), dtype="int16"),
)  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    found = differences(edges, OPTIONS["portable"], tmp_path, on=on)
    assert not any(found), [(layer.kind, n) for layer, n in zip(EDGES, found, strict=True) if n]


X = of((2, 3))


def tile(shape: tuple[int, ...], repeats: list[int], dtype: str = "int8") -> Layer:
    out = tuple(size * n for size, n in zip(shape, repeats, strict=True))
    return layer("TILE", shape, out, ints(repeats), dtype=dtype)


TILES = (
    tile((2, 3, 5), [1, 1, 1]),
    tile((2, 3, 5), [1, 2, 3]),
    tile((1, 1, 4), [3, 5, 1]),
    tile((7,), [3]),
    tile((1, 3, 2, 4), [1, 2, 3, 2], "int16"),
    tile((2, 3), [4, 1], "float32"),
    tile((2, 3), [2, 2], "int32"),
)


def repeated(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """What TILE is defined as: each place of the output modulo the input's size, axis by axis."""
    places = [np.arange(made) % size for size, made in zip(x.shape[1:], shape, strict=True)]
    return x[np.ix_(np.arange(len(x)), *places)]


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_tile_repeats(on: str, tmp_path: Path) -> None:
    """TFLite Micro has no TILE."""
    graph = parse_tflite(model_of(TILES), "tiles")
    inputs = random_inputs(graph)
    outputs = build(graph, OPTIONS["portable"], tmp_path, on=on).run(*inputs).outputs
    for x, out, index in zip(inputs, outputs, graph.outputs, strict=True):
        np.testing.assert_array_equal(out, repeated(x, graph.tensors[index].shape))


def test_the_reference_of_tile_is_our_own_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "tiles.tflite"
    path.write_bytes(model_of(TILES))
    with open_reference(path) as reference:
        assert (reference.info.name, reference.info.rounding) == (OWN_REFERENCE, "double")
        inputs = random_inputs(reference.graph)
        outputs = reference.run(inputs)
    for x, out in zip(inputs, outputs, strict=True):
        np.testing.assert_array_equal(out, repeated(x, out.shape[1:]))


def test_an_operator_that_stands_beside_tile_without_a_reference_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(model_of([TILES[0], Layer("ABS", [X], [X])]))
    with pytest.raises(
        ModelError, match="no reference with double rounding for op 1 ABS"
    ) as caught:
        open_reference(path).__enter__()
    assert "TFLite Micro has no TILE" in caught.value.hint


BREAKS = (
    ("&from[place]", "&from[place & ~1u]"),
    ("i * layer->run", "(i ^ 1) * layer->run"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], edges: Vectors, tmp_path: Path) -> None:
    patch = ("runtime/kernels/gather.c", *broken)
    assert any(differences(edges, OPTIONS["portable"], tmp_path, patch=patch))


@st.composite
def maps(draw: st.DrawFn) -> np.ndarray:
    """Index arrays as the operators make them, and some they do not."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    index = np.arange(np.prod(shape)).reshape(shape)
    for _ in range(draw(st.integers(0, 3))):
        axis = draw(st.integers(0, index.ndim - 1))
        match draw(st.sampled_from(["flip", "take", "pad", "swap", "repeat"])):
            case "flip":
                index = np.flip(index, axis)
            case "take":
                size = index.shape[axis]
                index = np.take(index, draw(st.lists(st.integers(0, size - 1), min_size=1)), axis)
            case "pad":
                width = [(0, 0)] * index.ndim
                width[axis] = (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
                index = np.pad(index, width, constant_values=FILL)
            case "swap":
                index = np.swapaxes(index, axis, 0)
            case "repeat":
                index = np.repeat(index, 2, axis)
    return index


def carried_out(blocks: list[Block], shape: tuple[int, ...]) -> np.ndarray:
    out = np.full(np.prod(shape), FILL)
    for block in blocks:
        at = np.indices(block.shape).reshape(len(block.shape), -1)
        target = block.target.start + np.array(block.target.strides, int) @ at
        assert (out[target] == FILL).all(), "no element is written twice"
        out[target] = block.source.start + np.array(block.source.strides, int) @ at
    return out.reshape(shape)


@given(maps())
def test_copies_do_what_the_map_says(index: np.ndarray) -> None:
    assert (carried_out(blocks_of(index), index.shape) == index).all()


def test_regular_maps_take_few_copies() -> None:
    index = np.arange(4 * 6 * 5).reshape(4, 6, 5)
    assert len(blocks_of(index.transpose(2, 0, 1))) == 1
    assert len(blocks_of(np.flip(index, 1))) == 1
    assert len(blocks_of(np.pad(index, 1, constant_values=FILL))) == 1
    assert len(blocks_of(np.pad(index, [(0, 0), (2, 2), (0, 0)], "reflect"))) == 3
    assert len(blocks_of(np.roll(index, 2, 1))) == 2


def _mirrored(data: st.DataObject, shape: tuple[int, ...]) -> list[list[int]]:
    return [
        [data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))] for size in shape
    ]


RANDOM: tuple[tuple[str, Callable[..., Any], Callable[..., np.ndarray]], ...] = (
    ("BROADCAST_TO", lambda data, shape: [data.draw(st.integers(1, 3)), *shape[1:]],
     lambda x, to: np.broadcast_to(x[:1], to)),
    ("MIRROR_PAD", _mirrored, lambda x, pads: np.pad(x, pads, "reflect")),
    ("PAD", _mirrored, np.pad),
    ("REVERSE_V2", lambda data, shape: [data.draw(st.integers(0, 3))], np.flip),
    ("TRANSPOSE", lambda data, shape: data.draw(st.permutations(range(4))), np.transpose),
)  # fmt: skip
"""Operator, its constant for an input's shape, and the function that gives the output's shape."""


def of_table(data: st.DataObject, row: tuple[str, Any, Any], shape: tuple[int, ...]) -> Layer:
    kind, argument, made = row
    shape = (1, *shape[1:]) if kind == "BROADCAST_TO" else shape
    value = argument(data, shape)
    return layer(kind, shape, made(np.zeros(shape), value).shape, ints(value))


@random_models
@given(data=st.data())
def test_random_shapes_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    layers = []
    for _ in range(20):
        n, h, w, c = (data.draw(st.integers(1, 5)) for _ in range(4))
        b, d = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
        layers.append(
            layer("SPACE_TO_DEPTH", (n, h * b, w * b, c), (n, h, w, c * b * b), block_size=b)
        )
        layers.append(
            layer("DEPTH_TO_SPACE", (n, h, w, c * b * b), (n, h * b, w * b, c), block_size=b)
        )
        before, after = data.draw(st.integers(0, b)), data.draw(st.integers(0, d))
        pads = [[before, -(h + before) % b], [after, -(w + after) % d]]
        sizes = ((h + sum(pads[0])) // b, (w + sum(pads[1])) // d)
        layers.append(
            blocks("SPACE_TO_BATCH_ND", (n, h, w, c), (n * b * d, *sizes, c), [b, d], pads)
        )
        whole = (n, sizes[0] * b - sum(pads[0]), sizes[1] * d - sum(pads[1]), c)
        layers.append(blocks("BATCH_TO_SPACE_ND", (n * b * d, *sizes, c), whole, [b, d], pads))
        picked = data.draw(st.lists(st.integers(0, w - 1), min_size=1, max_size=40))
        layers.append(layer("GATHER", (n, h, w, c), (n, h, len(picked), c), ints(picked), axis=2))
        layers += [of_table(data, row, (n, h, w, c)) for row in RANDOM]
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(layers), folder, ["double"])
    assert not any(differences(vectors, OPTIONS["portable"], folder))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (layer("REVERSE_V2", (2, 3), (2, 3), TensorSpec((1,), "int32")), "constant arguments"),
        (layer("REVERSE_V2", (2, 3), (2, 3), ints([5])), "do not fit"),
        (layer("REVERSE_V2", (2, 3), (3, 2), ints([0])), "does not follow"),
        (layer("GATHER", (2, 3), (1, 3), ints([2])), "outside"),
        (layer("GATHER", (2, 3), (1, 3), ints([1]), axis=7), "does not follow"),
        (layer("TILE", (2, 3), (2, 3), ints([2**31 - 1, 2**31 - 1])), "does not follow"),
        (layer("MIRROR_PAD", (2, 3), (5, 3), ints([[3, 0], [0, 0]])), "longer than the input"),
        (layer("DEPTH_TO_SPACE", (1, 2, 3, 5), (1, 4, 6, 1), block_size=2), "do not fit"),
        (Layer("TILE", [X, ints([1, 1])], [TensorSpec((2, 3), "int8", 0.2)]), "quantised differently"),
    ],
)  # fmt: skip
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
