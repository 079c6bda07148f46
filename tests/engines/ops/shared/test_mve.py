# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels for Helium of operators other than convolutions equal TFLite Micro, on an emulated Cortex-M55 and
as C on the PC; tests/engines/ops/test_lstm.py has the LSTM."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.plane import find_plane
from tests.engines.c_engine import emit
from tests.engines.ops import test_add, test_pooling
from tests.engines.ops.shared import test_broadcast
from tests.engines.ops.test_mean import mean
from tests.engines.vectors import Layer, Vectors, differences, model_of, random_models, vectors_of
from tests.tflite_writer import TensorSpec

MVE = EngineOptions(isa=frozenset({"mve"}))
ON = pytest.mark.parametrize("on", ["host", "helium"])


def pool(case: test_pooling.Case) -> Layer:
    shape = (case.batches, case.height, case.width, case.channels)
    given, made = (
        TensorSpec(s, "int8", case.scale, case.zero_point) for s in (shape, case.out_shape)
    )
    return Layer(case.kind, [given], [made], case.options)


def curve(kind: str, count: int, scale: float) -> Layer:
    given, made = (TensorSpec((count,), "int16", s) for s in (scale, 2.0**-15))
    return Layer(kind, [given], [made])


POOLS = tuple(
    replace(case, channels=channels)
    for case in test_pooling.EDGES
    if case.channels in (4, 5, 64)
    for channels in ((64,) if case.channels == 64 else (16, 23))
)
MEANS = (
    *(mean((2, 5, 3, channels), (1, 2)) for channels in (15, 16, 17, 40)),
    *(mean((2, 3, 2, 3, 18), axes) for axes in ((0, 2), (1, 3), (2,), (0,), (4,), (3, 4))),
    *(mean((1, 7, 7, 16), (1, 2), out=(s, 0)) for s in (1e-4, 0.01, 0.05, 1.0, 1e5, 1e9)),
    *(mean((6, 32), (0,), x=(0.1, z), out=(0.1, -1 - z)) for z in (-128, 127)),
    mean((6, 32), (0,), x=(0.5, 0), out=(1.5, 0)),  # ties
)
CURVES = tuple(
    curve(kind, count, scale)
    for kind in ("LOGISTIC", "TANH")
    for count, scale in ((600, 2**-12), (601, 0.0003), (602, 1e-5), (603, 0.002))
)
LONG = ((3, 37), (3, 37))
EDGES = (
    *(case.layer for case in test_add.EDGES[::2]),
    *(case.layer for case in test_broadcast.EDGES if case.kind == "MUL"),
    *(test_add.Case(kind, LONG, constant=c).layer for kind in ("ADD", "SUB") for c in (-1, 0, 1)),
    test_broadcast.Case("MUL", LONG).layer,
    *map(pool, POOLS),
    *MEANS,
    *CURVES,
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@ON
def test_edges_equal_the_reference(on: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, MVE, tmp_path, on=on))


def test_most_edges_run_with_helium(edges: Vectors) -> None:
    """Left to the portable kernels: sums that are no plane, factors of 1/2 and more, few channels."""
    (model,) = (text for path, text in emit(edges.graph, MVE).items() if path.endswith("_model.c"))
    calls = [line for line in model.decode().splitlines() if line.startswith("  mcugen_")]
    portable = [line for line in calls if "_mve" not in line]
    assert len(calls) == len(EDGES)
    assert len(portable) <= 13


@random_models
@given(
    adds=st.lists(test_add.layers, min_size=20, max_size=30),
    others=st.lists(test_broadcast.layers, min_size=10, max_size=20),
    pools=st.lists(test_pooling.layers, min_size=5, max_size=10),
    on=st.sampled_from(["host", "helium"]),
)
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory,
    adds: list[test_add.Case],
    others: list[test_broadcast.Case],
    pools: list[test_pooling.Case],
    on: str,
) -> None:
    layers = [case.layer for case in (*adds, *others)]
    layers += [pool(replace(case, channels=case.channels + 15)) for case in pools]
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(layers), folder, ["double"])
    assert not any(differences(vectors, MVE, folder, on=on))


BREAKS = (
    ("helium", "add_mve.c", "from_a, b, plane->factor_b", "from_a, b, plane->factor_a"),
    ("helium", "mul_mve.c", "even), odd)", "odd), even)"),
    ("helium", "pooling_mve.c", "vshrq_n_s32(sums, 31)", "vdupq_n_s32(0)"),
    ("helium", "pooling_mve.c", "positions - 1u", "0u"),
    ("helium", "mean_mve.c", "row + begin", "row + k"),
    ("helium", "curve_mve.h", "vshrq_n_s32(x, 31)", "vdupq_n_s32(0)"),
    ("host", "add_mve.c", "plane.start = mcugen_add(plane.start, plane.factor_b", "(void)(plane.factor_b"),
    ("host", "mul_mve.c", " - layer->zero_point_b", ""),
    ("host", "mean_mve.c", "+ lane]", "]"),
)  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    on, file, old, new = broken
    patch = (f"runtime/kernels/{file}", old, new)
    assert any(differences(edges, MVE, tmp_path, on=on, patch=patch))


def test_a_plane_is_one_only_if_every_pair_agrees() -> None:
    a, b = np.arange(-128, 128)[:, None], np.arange(-128, 128)
    real = 0.31310571 * (a - 4) + 0.70710678 * (b + 9)
    wanted = np.clip(np.floor(real + 1.5), -128, 127).astype(np.int64)
    arguments = ((0.31310571, 0.70710678), (4, -9, 1), (-128, 127))
    plane = find_plane(wanted, *arguments)
    assert plane is not None
    sums = plane.factor_a * a + plane.factor_b * b + plane.start
    assert np.abs(sums).max() < 2**31
    assert (np.clip(sums >> plane.shift, -128, 127) == wanted).all()
    lowest = find_plane(np.full_like(wanted, -128), (0.3, 0.7), (4, -9, -900), (-128, 127))
    assert lowest is not None and abs(lowest.start) < 2**31  # no output bounds it from above
    wanted[100, 100] += 1
    assert find_plane(wanted, *arguments) is None
