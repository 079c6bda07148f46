# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators whose own tests have chosen shapes only: any shape equals TFLite Micro."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.ops.test_add_n import add_n
from tests.engines.ops.test_arithmetic import Shape, different, select, vectors_for
from tests.engines.ops.test_batch_matmul import matmul
from tests.engines.ops.test_gather import gather
from tests.engines.ops.test_reduce import arg, cumsum, l2, reduction
from tests.engines.vectors import Layer, random_models
from tests.tflite_writer import TensorSpec

Layers = st.SearchStrategy[Layer]
SIZE = st.integers(1, 6)
SHAPE = st.lists(SIZE, min_size=2, max_size=4).map(tuple)
TYPES = st.sampled_from(["int8", "float32"])


def axis(shape: Shape) -> st.SearchStrategy[int]:
    return st.integers(-len(shape), len(shape) - 1)


def any_shape(make: Callable[[Shape], Layers]) -> Layers:
    return SHAPE.flatmap(make)


@st.composite
def products(draw: st.DrawFn) -> Layer:
    rows, depth, columns, batch = (draw(SIZE) for _ in range(4))
    adj_x, adj_y = draw(st.booleans()), draw(st.booleans())
    a, b = (
        ((depth, rows) if adj_x else (rows, depth)),
        ((columns, depth) if adj_y else (depth, columns)),
    )
    dtype = draw(st.sampled_from(["int8", "int16", "float32"]))
    batches = draw(st.sampled_from([((), ()), ((batch,), (1,)), ((2, 1), (batch,))]))
    return matmul((*batches[0], *a), (*batches[1], *b), dtype, adj_x=adj_x, adj_y=adj_y)


@st.composite
def choices(draw: st.DrawFn) -> Layer:
    """Each axis of each operand is that of the output or 1."""
    shape = draw(SHAPE)
    operands = [tuple(draw(st.sampled_from([size, 1])) for size in shape) for _ in range(3)]
    dtype = draw(st.sampled_from(["int8", "int16", "float32"]))
    return select(dtype, *operands, None if dtype == "float32" else (0.1, 0))


@st.composite
def gathered(draw: st.DrawFn) -> Layer:
    """Constant indices, the input's along any axis."""
    shape = draw(SHAPE)
    along = draw(st.integers(0, len(shape) - 1))
    places = draw(st.lists(st.integers(0, shape[along] - 1), min_size=1, max_size=9))
    layer = gather(shape, (len(places),), along)
    indices = TensorSpec((len(places),), "int32", data=np.array(places, np.int32))
    return Layer(layer.kind, [layer.inputs[0], indices], layer.outputs, layer.options)


DRAWN: dict[str, Layers] = {
    "ADD_N": st.builds(add_n, st.integers(2, 6), SHAPE),
    "ARG": any_shape(lambda s: st.builds(
        arg, st.sampled_from(["ARG_MAX", "ARG_MIN"]), st.just(s), axis(s), TYPES)),
    "BATCH_MATMUL": products(),
    "CUMSUM": any_shape(lambda s: st.builds(
        cumsum, st.just(s), axis(s), TYPES, exclusive=st.booleans(), reverse=st.booleans())),
    "GATHER": gathered(),
    "L2_NORMALIZATION": st.builds(l2, SHAPE, st.integers(-128, 127)),
    "MEAN": any_shape(lambda s: st.builds(
        reduction, st.just("MEAN"), st.just(s), st.sets(axis(s), min_size=1).map(tuple),
        st.sampled_from(["int16", "float32"]), keep_dims=st.booleans())),
    "REDUCE": any_shape(lambda s: st.builds(
        reduction, st.sampled_from(["REDUCE_MAX", "REDUCE_MIN", "SUM"]), st.just(s),
        st.sets(axis(s), min_size=1).map(tuple), TYPES, keep_dims=st.booleans())),
    "SELECT_V2": choices(),
}  # fmt: skip
"""Kind -> its layers, made by the functions of its own test."""


@random_models
@given(drawn=st.lists(st.tuples(*DRAWN.values()), min_size=4, max_size=4))
def test_random_shapes_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[Layer, ...]]
) -> None:
    layers = tuple(layer for row in drawn for layer in row)
    folder = tmp_path_factory.mktemp("random")
    assert not different(vectors_for(layers, folder), folder, layers)
