# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What MLPerf Tiny's models may cost on a Cortex-M33, measured as `make bench` does.

With `size`, at most 7 % more instructions than with `speed`: bands of rows are short.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from benchmarks.bench import bench
from benchmarks.device import build, measure
from benchmarks.portable import RECORDED_TFLM
from mcugen.engines.aot.lowering import lower
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.tflite import read_tflite
from mcugen.platforms.request import Choices
from tests.conftest import require_tool


@dataclass(frozen=True)
class Budget:
    """Upper limits of one inference. TFLM with CMSIS-NN takes twice the instructions, or more."""

    instructions: int
    ram_bytes: int
    code_bytes: int


BUDGETS = {
    ("ad01_int8", "speed"): Budget(272_000, 1_900, 2_000),
    ("ad01_int8", "size"): Budget(310_000, 1_000, 2_000),
    ("kws_ref_model", "speed"): Budget(2_800_000, 8_900, 8_500),
    ("pretrainedResnet_quant", "speed"): Budget(11_600_000, 50_000, 8_500),
    ("pretrainedResnet_quant", "fastest"): Budget(8_500_000, 51_000, 12_500),
    ("pretrainedResnet_quant", "size"): Budget(12_470_000, 28_000, 9_500),
    ("str_ww_ref_model", "speed"): Budget(890_000, 5_100, 8_500),
    ("vww_96_int8", "speed"): Budget(5_120_000, 56_000, 8_500),
    ("vww_96_int8", "size"): Budget(5_680_000, 36_000, 10_500),
}
PER_CHANNEL_BYTES = {"CONV_2D": 16, "DEPTHWISE_CONV_2D": 24, "FULLY_CONNECTED": 16}
"""What a layer may store per output channel besides its parameters."""


@pytest.mark.parametrize(("name", "optimize"), BUDGETS)
def test_a_model_keeps_to_its_budget(
    name: str, optimize: str, real_models: Path, tmp_path: Path
) -> None:
    require_tool("arm-none-eabi-gcc")
    require_tool("qemu-system-arm")
    model = real_models / f"{name}.tflite"
    row = bench(model, Choices(engine="aot", optimize=optimize), None, tmp_path)
    budget = BUDGETS[name, optimize]
    over = {
        what: (value, limit)
        for what, value, limit in (
            ("instructions", row.instructions_per_inference, budget.instructions),
            ("RAM", row.activation_ram_bytes, budget.ram_bytes),
            ("code", row.code_bytes, budget.code_bytes),
            ("model data", row.weight_bytes, most_data_bytes(read_tflite(model), optimize)),
        )
        if not 0 < value <= limit
    }
    assert over == {}


def test_a_core_without_dsp_takes_little_of_what_reference_kernels_take(
    real_models: Path, tmp_path: Path
) -> None:
    require_tool("arm-none-eabi-gcc")
    require_tool("qemu-system-arm")
    name = "pretrainedResnet_quant"
    choices = Choices(engine="aot", optimize="speed")
    found = measure(build(real_models / f"{name}.tflite", "mps2-an385", tmp_path, choices))
    assert median(found.samples) <= 0.40 * RECORDED_TFLM[name]


@pytest.mark.parametrize("name", sorted({name for name, _ in BUDGETS}))
def test_memory_is_taken_over_and_no_byte_lies_idle_at_the_peak(
    name: str, real_models: Path
) -> None:
    """Each of these networks has layers that may work in place; where their input dies, they do."""
    graph = read_tflite(real_models / f"{name}.tflite")
    lowered = lower(graph, EngineOptions(isa=frozenset({"dsp"})))
    at = lowered.offsets
    taken = 0
    for number, step in enumerate(lowered.steps):
        read_later = {value.name for later in lowered.steps[number + 1 :] for value in later.reads}
        dying = [pair for pair in step.in_place if pair[1].name not in read_later]
        taken += len(dying)
        assert not dying or any(at[out.name] == at[given.name] for out, given in dying), step.name
    assert taken
    assert lowered.plan.arena_bytes == lowered.plan.lower_bound_bytes


def most_data_bytes(graph: Graph, optimize: str) -> int:
    """Filters, weights and biases as they are in the file, and what each channel or layer may add.

    With `fastest`, filters of 3x3 may be 16 halfwords for 9 bytes.
    """
    total = 0
    for op in graph.ops:
        if op.kind == "ADD" and optimize != "size":
            total += 1024
        if op.kind in PER_CHANNEL_BYTES:
            parameters = [
                t for t in graph.input_tensors(op) if t is not None and t.data is not None
            ]
            channels = graph.output_tensors(op)[0].shape[-1]
            widened = optimize == "fastest" and parameters[0].shape[1:3] == (3, 3)
            sizes = [t.bytes for t in parameters]
            total += sum(sizes) + channels * PER_CHANNEL_BYTES[op.kind]
            total += sizes[0] * 32 // 9 - sizes[0] if widened else 0
    return total
