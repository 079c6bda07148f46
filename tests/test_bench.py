# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""benchmarks/bench.py: TFLM's figures are the measured ones where there are any; disagreement shows."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import vectors
from mcugen.platforms.request import Choices
from tests.conftest import ROOT, require_tool
from tests.tflite_writer import fully_connected


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench", ROOT / "benchmarks" / "bench.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_measured_before_recorded(bench: ModuleType) -> None:
    row = bench.Row(
        "ad01_int8", "aot", "mps2-an505", "speed", 100_000, None, 1, 2, 3, 4, "ab" * 32, ()
    )
    tflm = replace(row, engine="tflm", instructions_per_inference=400_000)
    assert "| 583,300 | 0.17 |" in bench.markdown_row(row, [row])
    assert "| 400,000 | 0.25 | abababab |" in bench.markdown_row(row, [tflm, row])
    assert "|  |  |" in bench.markdown_row(replace(row, model="other"), [tflm, row])


def test_engines_that_disagree_are_named(bench: ModuleType) -> None:
    row = bench.Row("a", "aot", "mps2-an505", "speed", 1, None, 1, 2, 3, 4, "same", ())
    other = replace(row, model="b")
    assert bench.differing([row, replace(row, engine="tflm"), other]) == ()
    wrong = replace(other, engine="tflm", outputs_sha256="another")
    assert bench.differing([row, other, wrong]) == ("b",)


def test_a_model_is_measured_on_the_emulated_board(bench: ModuleType, tmp_path: Path) -> None:
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    model = tmp_path / "tiny.tflite"
    model.write_bytes(fully_connected(np.ones((4, 8), np.int8), np.zeros(4, np.int32)))
    rows = [
        bench.bench(model, Choices(engine="aot", optimize=way), None, tmp_path / way)
        for way in ("speed", "size")
    ]
    assert bench.differing(rows) == ()
    for row in rows:
        assert 50 < row.instructions_per_inference < 5000
        assert row.weight_bytes < row.code_bytes + row.weight_bytes < 8192
        assert row.stack_bytes > 100
        assert row.estimated_cycles is not None
        assert 50 < row.estimated_cycles < 5000
        assert [layer.name for layer in row.layers] == ["fully_connected_0"]


def test_costs_of_straight_code(bench: ModuleType) -> None:
    """By hand, from the table on top of benchmarks/cycles.py."""
    listing = [
        ("ldr", "r0, [r1]"),  # 2
        ("ldr", "r2, [r1, #4]"),  # 1: pipelined
        ("smlad", "r0, r2, r3, r0"),  # 1
        ("ldmia.w", "r4!, {r5, r6, r7, r8-sl}"),  # 1 + 6
        ("strd", "r0, r2, [sp]"),  # 2
        ("sdiv", "r0, r0, r2"),  # 6
        ("pop", "{r4-r7, pc}"),  # 1 + 5
    ]
    cycles = bench.cycles
    program = [cycles._Instruction(4 * i, *line) for i, line in enumerate(listing)]
    assert cycles._straight(program, 0, 6) == (2 + 1 + 1 + 7 + 2 + 6, 24)
    assert cycles._straight(program, 6, 1) == (6, 0)


def test_costs_with_vectors_are_compared_with_what_there_is() -> None:
    counts = {"mps3-an547": 60_000, "imx8mp": 90_000, "imx93": 40_000}
    cost = vectors.Cost("ad01_int8", counts, 7000.0, 3500, frozenset({"ab" * 32}))
    assert vectors.markdown_row(cost) == (
        "| ad01_int8 | 60,000 | 147,062 | 0.41 | 90,000 | 40,000 | 7.0 | 3.5 | 2.00 | abababab |"
    )
    other = replace(cost, model="other", litert_ns=None)
    assert vectors.markdown_row(other).endswith(
        "|  |  | 90,000 | 40,000 | 7.0 | – | – | abababab |"
    )
