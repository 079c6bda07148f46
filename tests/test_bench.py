# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""benchmarks/bench.py: TFLM's figures are the measured ones where there are any; disagreement shows."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import cycles, litert_aarch64, vectors
from mcugen.platforms.request import Choices
from tests.c_compiler import compile_program
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
    program = [cycles._Instruction(4 * i, *line) for i, line in enumerate(listing)]
    assert cycles._straight(program, 0, 6) == (2 + 1 + 1 + 7 + 2 + 6, 24)
    assert cycles._straight(program, 6, 1) == (6, 0)


def test_costs_with_vectors_are_compared_with_what_there_is() -> None:
    counts = {"mps3-an547": 60_000, "imx8mp": 90_000, "imx93": 40_000}
    litert = (180_000, 80_000)
    cost = vectors.Cost("ad01_int8", counts, litert, 7000.0, 3500, frozenset({"ab" * 32}))
    assert vectors.markdown_row(cost) == (
        "| ad01_int8 | 60,000 | 147,062 | 0.41 | 90,000 | 180,000 | 0.50 | 40,000 | 80,000 | 0.50 "
        "| 7.0 | 3.5 | 2.00 | abababab |"
    )
    other = replace(cost, model="other", litert=None, litert_ns=None)
    assert vectors.markdown_row(other) == (
        "| other | 60,000 | – | – | 90,000 | – | – | 40,000 | – | – | 7.0 | – | – | abababab |"
    )


def test_all_instructions_of_a_process_are_counted(tmp_path: Path) -> None:
    for tool in ("aarch64-linux-gnu-gcc", "qemu-aarch64"):
        require_tool(tool)
    (tmp_path / "loop.c").write_text(
        "int main(int argc, char **argv) {\n"
        "  (void)argv;\n"
        "  for (int i = 0; i < 1000 * argc; ++i) {\n"
        '    __asm__ volatile("nop\\n nop\\n nop\\n nop");\n'
        "  }\n"
        "  return 0;\n"
        "}\n"
    )
    program = compile_program(
        "aarch64-linux-gnu-gcc",
        [tmp_path / "loop.c"],
        tmp_path / "loop",
        flags=["-O2"],
        link=["-static"],
    )
    totals = []
    for more in ((), ("x",), ("x", "y")):
        counted = cycles.counting_all(program, tmp_path)
        if counted is None:
            pytest.skip("this QEMU has no plugins")
        command = ("qemu-aarch64", *counted.arguments, str(program), *more)
        subprocess.run(command, timeout=60, check=True)
        totals.append(cycles.instructions(counted))
    for fewer, as_many in pairwise(totals):
        assert 4000 < as_many - fewer < 8000  # a thousand turns of four and the loop's own


def test_litert_is_counted_only_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(litert_aarch64.ROOT, raising=False)
    assert litert_aarch64.instructions(Path("ad01_int8.tflite"), tmp_path) == (139_288, 46_058)
    assert litert_aarch64.instructions(Path("other.tflite"), tmp_path) is None
    assert "recorded" in litert_aarch64.version()
