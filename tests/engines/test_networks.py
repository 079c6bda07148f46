# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The convolution networks of MLPerf Tiny: exact, and within what they may cost a Cortex-M33."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import DSP

SAMPLES = 100


@dataclass(frozen=True)
class Budget:
    """The most that a network may take, optimised for speed, double rounding, gcc -O2."""

    instructions: int
    arena_bytes: int


BUDGETS = {
    "kws_ref_model": Budget(3_400_000, 16_600),
    "pretrainedResnet_quant": Budget(14_000_000, 50_000),
    "str_ww_ref_model": Budget(1_000_000, 7_500),
    "vww_96_int8": Budget(10_500_000, 57_000),
}


def inputs_of(graph: Graph) -> np.ndarray:
    """Half of the samples uniform, half like a bell around the middle."""
    rng = np.random.default_rng(9)
    shape = (SAMPLES // 2, *graph.tensors[graph.inputs[0]].shape)
    bell = np.clip(np.rint(rng.normal(0, 40, shape)), -128, 127)
    return np.concatenate([rng.integers(-128, 128, shape), bell]).astype(np.int8)


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("name", BUDGETS)
def test_a_network_equals_tflite_micro_within_its_budget(
    name: str, on: str, real_models: Path, tmp_path: Path
) -> None:
    path = real_models / f"{name}.tflite"
    graph = read_tflite(path)
    x = inputs_of(graph)
    with open_reference(path) as reference:
        (expected,) = reference.run([x])
    assert len(np.unique(expected)) > 10, "the samples tell nothing"
    options = EngineOptions(isa=DSP)
    result = build(graph, options, tmp_path, on=on).run(x)
    assert np.array_equal(result.outputs[0], expected)
    # the 24-bit SysTick behind it wraps once in 800 million instructions: one sample is wrong then
    assert np.median(result.instructions) <= BUDGETS[name].instructions
    assert ENGINES["aot"].plan(graph, options).arena_bytes <= BUDGETS[name].arena_bytes


@pytest.mark.parametrize("name", BUDGETS)
def test_a_network_made_small_equals_tflite_micro(
    name: str, real_models: Path, tmp_path: Path
) -> None:
    """Compiled by -Os, which allocates registers around the assembly in another way."""
    path = real_models / f"{name}.tflite"
    graph = read_tflite(path)
    x = inputs_of(graph)[::20]
    with open_reference(path) as reference:
        (expected,) = reference.run([x])
    options = EngineOptions(isa=DSP, optimize="size")
    result = build(graph, options, tmp_path, on="qemu", optimize="-Os").run(x)
    assert np.array_equal(result.outputs[0], expected)


@pytest.mark.parametrize("name", BUDGETS)
def test_every_layer_of_a_network_equals_tflite_micro(
    name: str, real_models: Path, tmp_path: Path
) -> None:
    path = real_models / f"{name}.tflite"
    graph = read_tflite(path)
    x = inputs_of(graph)[::50]
    indices = [index for op in graph.ops for index in op.outputs]
    with open_reference(path) as reference:
        _, *expected = reference.run([x], indices)
    result = build(graph, EngineOptions(isa=DSP, per_layer=True), tmp_path, on="qemu").run(x)
    seen = [value for layer in result.layers for value in layer]
    different = [
        f"{op.index} {op.kind}"
        for op, mine, wanted in zip(graph.ops, seen, expected, strict=True)
        if not np.array_equal(mine, wanted)
    ]
    assert different == []
