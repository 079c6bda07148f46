# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Several windows in one inference: the values of single ones, the same tables, nothing for other models."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.aot.batch import WINDOWS
from mcugen.engines.aot.emit import emit_model, table_bytes
from mcugen.engines.aot.lowering import lower
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.conftest import require_tool
from tests.engines.aot.test_engine import two_layers
from tests.engines.c_engine import AARCH64, build
from tests.engines.vectors import DSP, SIMD, Vectors, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

AOT = ENGINES["aot"]
OPTIONS = EngineOptions(isa=SIMD)
WIDTHS = (40, 19, 8, 3, 24)
"""Of the layers: whole steps of the kernel, and not."""


def autoencoder(widths: tuple[int, ...] = WIDTHS) -> bytes:
    """FULLY_CONNECTED layers, one after the other."""
    random = np.random.default_rng(4)
    tensors = [TensorSpec((1, widths[0]), "int8", 0.05, -7)]
    ops = []
    for depth, rows in pairwise(widths):
        weights = random.integers(-127, 128, (rows, depth)).astype(np.int8)
        first = len(tensors) - 1
        tensors += [
            TensorSpec((rows, depth), "int8", 0.011 / depth**0.5, data=weights),
            TensorSpec((1, rows), "int8", 0.05, -7),
        ]
        options = {"keep_num_dims": True}
        ops.append(OpSpec("FULLY_CONNECTED", [first, first + 1, -1], [first + 2], options, 4))
    return model_bytes(tensors, ops, [0], [len(tensors) - 1])


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(autoencoder(), tmp_path_factory.mktemp("v"), ("double", "single"))


def in_batches(
    vectors: Vectors,
    options: EngineOptions,
    folder: Path,
    on: str,
    patch: tuple[str, str, str] | None = None,
) -> int:
    """How many outputs of batches differ from the reference's of single windows."""
    engine = build(vectors.graph, options, folder, on=on, patch=patch, in_batches=True)
    (x,), (expected,) = vectors.inputs, vectors.expected[options.rounding]
    (outputs,) = engine.run(x.reshape(-1, WINDOWS, *x.shape[1:])).outputs
    assert len(np.unique(outputs)) > 20
    return int(np.count_nonzero(outputs.reshape(expected.shape) != expected))


@pytest.mark.parametrize("rounding", ["double", "single"])
@pytest.mark.parametrize("on", ["host", "c", *AARCH64])
def test_a_batch_equals_single_windows(
    on: str, rounding: str, vectors: Vectors, tmp_path: Path
) -> None:
    if on in AARCH64:
        require_tool("qemu-aarch64")
    options = replace(OPTIONS, rounding="single" if rounding == "single" else "double")
    assert in_batches(vectors, options, tmp_path, on) == 0


@pytest.mark.parametrize(
    "patch",
    [
        ("model/layers_batch_model.c", ".batches = 4", ".batches = 3"),
        ("model/layers_engine.c", " + 72;", " + 96;"),
    ],
    ids=["a window is left", "another window's output"],
)
def test_a_break_is_noticed(patch: tuple[str, str, str], vectors: Vectors, tmp_path: Path) -> None:
    assert in_batches(vectors, OPTIONS, tmp_path, "c", patch=patch) > 0


def graph_of(model: bytes) -> Graph:
    return parse_tflite(model, "layers.tflite")


def test_tables_are_those_of_the_single_model() -> None:
    graph = graph_of(autoencoder())
    single = lower(graph, OPTIONS)
    plan = AOT.plan(graph, OPTIONS)
    assert plan.batch == WINDOWS
    assert plan.weight_bytes == table_bytes(single)
    assert single.plan.arena_bytes < plan.arena_bytes <= WINDOWS * single.plan.arena_bytes
    alone, both = emit_model(graph, OPTIONS, single), AOT.emit(graph, OPTIONS)
    assert both.keys() - alone.keys() == {f"model/layers_batch_model.{end}" for end in "ch"}
    changed = {path for path in alone if alone[path] != both[path]}
    assert changed == {"model/layers_engine.c", "model/layers_model.c"}, "the size of the arena"


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (autoencoder(), EngineOptions(isa=DSP)),
        (autoencoder(), replace(OPTIONS, per_layer=True)),
        (two_layers(), OPTIONS),  # a RESHAPE among them
        (autoencoder((4, 1)), OPTIONS),  # the cheapest kernel for four has other tables
    ],
    ids=["a microcontroller", "per layer", "other operators", "other tables"],
)
def test_single_windows_only(model: bytes, options: EngineOptions) -> None:
    graph = graph_of(model)
    assert AOT.plan(graph, options).batch == 1
    assert not any("batch" in path for path in AOT.emit(graph, options))
