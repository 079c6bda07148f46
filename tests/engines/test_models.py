# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whole models, compiled ahead of time: every output of 100 inputs equals TFLite Micro's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from tests import lstm_models
from tests.engines.c_engine import build
from tests.engines.vectors import OPTIONS

INPUTS = 100
MLPERF_TINY = (
    "ad01_int8",
    "kws_ref_model",
    "pretrainedResnet_quant",
    "str_ww_ref_model",
    "vww_96_int8",
)
LSTMS = tuple(f"{form}_{steps}" for form, steps in lstm_models.FORMS)
RUNS = (("portable", "host"), ("dsp-speed", "host"), ("dsp-speed", "qemu"), ("dsp-size", "qemu"))
HELIUM = (("mve", "host"), ("mve", "helium"))
WITH_HELIUM = ("ad01_int8", "kws_ref_model", "fused_100")
"""Small ones: as C with sanitizers and in QEMU, vectors take many times as long as on a processor."""
AARCH64 = (("simd", "neon"), ("simd", "sdot"))
MOST_INSTRUCTIONS = {
    ("fused_100", "qemu"): 1_100_000,
    ("fused_100", "helium"): 490_000,
    ("ad01_int8", "helium"): 57_000,
    ("kws_ref_model", "helium"): 945_000,
}
"""Of an inference; test_budgets.py has those of the other models on a Cortex-M33."""


def varied_inputs(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """int8 [INPUTS, *shape]: extremes, white noise, and blocks of few values as pictures have.

    White noise alone drives most networks into one corner of their output.
    """
    rng = np.random.default_rng(seed)
    samples = [np.full(shape, -128), np.full(shape, 127)]
    samples += [rng.integers(-128, 128, shape) for _ in range(INPUTS // 4)]
    while len(samples) < INPUTS:
        side = int(rng.choice([2, 3, 5, 8]))
        blocks = rng.normal(0, 2.0 ** rng.uniform(0, 7), [-(-length // side) for length in shape])
        for axis, length in enumerate(shape):
            blocks = blocks.repeat(side, axis).take(range(length), axis)
        samples.append(np.clip(blocks + rng.uniform(-128, 127), -128, 127))
    return np.array(samples).astype(np.int8)


@dataclass(frozen=True)
class Answered:
    """A model, what goes in, and what TFLite Micro answers."""

    path: Path
    graph: Graph
    inputs: np.ndarray
    expected: np.ndarray


def answered(model: Path) -> Answered:
    """Asks TFLite Micro; its answers must tell the inputs apart."""
    graph = read_tflite(model)
    inputs = varied_inputs(graph.tensors[graph.inputs[0]].shape)
    with open_reference(model) as reference:
        (expected,) = reference.run([inputs])
    assert len(np.unique(expected.reshape(INPUTS, -1), axis=0)) > INPUTS // 5
    return Answered(model, graph, inputs, expected)


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest) -> Callable[[str], Answered]:
    """A model by its name, each asked once."""
    found: dict[str, Answered] = {}

    def ask(name: str) -> Answered:
        if name not in found:
            is_lstm = name in LSTMS
            folder = lstm_models.FOLDER if is_lstm else request.getfixturevalue("real_models")
            found[name] = answered(folder / f"{name}.tflite")
        return found[name]

    return ask


CASES = (
    *((name, *run) for name in (*MLPERF_TINY, *LSTMS) for run in (*RUNS, *AARCH64)),
    *((name, *run) for name in WITH_HELIUM for run in HELIUM),
)


@pytest.mark.parametrize(("name", "options", "on"), CASES, ids=["-".join(case) for case in CASES])
def test_every_output_equals_tflite_micro(
    name: str, options: str, on: str, answers: Callable[[str], Answered], tmp_path: Path
) -> None:
    model = answers(name)
    # -Os allocates registers around the assembly in another way.
    optimize = "-Os" if OPTIONS[options].optimize == "size" else None
    engine = build(model.graph, OPTIONS[options], tmp_path, on=on, optimize=optimize)
    result = engine.run(model.inputs)
    assert np.count_nonzero(result.outputs[0] != model.expected) == 0
    if (name, on) in MOST_INSTRUCTIONS:
        assert 0 < result.instructions.max() <= MOST_INSTRUCTIONS[name, on]


@pytest.mark.parametrize("name", (*MLPERF_TINY, *LSTMS))
def test_every_layer_equals_tflite_micro(
    name: str, answers: Callable[[str], Answered], tmp_path: Path
) -> None:
    model = answers(name)
    few = model.inputs[:: INPUTS // 2]
    indices = [index for op in model.graph.ops for index in op.outputs]
    with open_reference(model.path) as reference:
        _, *expected = reference.run([few], indices)
    options = replace(OPTIONS["dsp-speed"], per_layer=True)
    result = build(model.graph, options, tmp_path, on="qemu").run(few)
    seen = [value for layer in result.layers for value in layer]
    different = [
        index
        for index, mine, wanted in zip(indices, seen, expected, strict=True)
        if not np.array_equal(mine, wanted)
    ]
    assert different == []
