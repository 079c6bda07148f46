# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C tests of the harness, with sanitizers, and its fuzzing from fixed seeds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.paths import runtime_dir
from tests.c_compiler import SANITIZERS, WARNINGS
from tests.conftest import require_tool
from tests.firmware.fake_firmware import (
    FIRMWARE_TESTS,
    HARNESS,
    build_for_board,
    compile_c,
    runtime_sources,
)

FAKES = [FIRMWARE_TESTS / "fake" / name for name in ("fake_model.c", "fake_port.c")]
FUZZ_RUNS = "40000"  # 450,000 frames and texts, 1 to 5 s


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["frame", "harness", "harness_clips", "harness_work", "text"])
def test_unit(name: str, tmp_path: Path) -> None:
    sources = [*runtime_sources(*HARNESS), *FAKES, FIRMWARE_TESTS / "unit" / f"test_{name}.c"]
    run(str(compile_c(tmp_path / name, sources, SANITIZERS)))


BREAKS = {
    "nothing": ("window", "", ""),
    "inputs overlap": ("window", "i * MCUGEN_INPUT_BYTES", "i * (MCUGEN_INPUT_BYTES - 1)"),
    "outputs in another order": ("device", "(count - 1u - i)", "i"),
    "the rest is left": ("device", "status = infer_waiting(device, &result)", "status = status"),
}
"""What is broken: the source, what it says, and what it says then."""


@pytest.mark.parametrize("broken", BREAKS)
def test_clips_in_batches(broken: str, tmp_path: Path) -> None:
    name, old, new = BREAKS[broken]
    sources = {source.stem: source for source in runtime_sources(*HARNESS)}
    text = sources[name].read_text()
    assert old in text
    sources[name] = tmp_path / f"{name}.c"
    sources[name].write_text(text.replace(old, new) if old else text)
    test = FIRMWARE_TESTS / "unit" / "test_harness_clips.c"
    flags = (*SANITIZERS, "-DMCUGEN_BATCH=4u")
    program = compile_c(tmp_path / "test", [*sources.values(), *FAKES, test], flags)
    done = subprocess.run([program], capture_output=True, timeout=120)
    assert (done.returncode == 0) == (broken == "nothing")


@pytest.mark.parametrize(
    "macros",
    [
        ("-DMCUGEN_BATCH=3u",),
        ("-DMCUGEN_SCORE_RECONSTRUCTION=0", "-DFAKE_STRIDE_ROWS=5u", '-DFAKE_NAME="image"'),
    ],
    ids=["score", "image"],
)
def test_no_input_breaks_the_harness(macros: tuple[str, ...], tmp_path: Path) -> None:
    fuzz = [FIRMWARE_TESTS / "fuzz" / name for name in ("fuzz_protocol.c", "replay.c")]
    sources = [*runtime_sources(*HARNESS), *FAKES, *fuzz]
    replay = compile_c(tmp_path / "replay", sources, (*SANITIZERS, *macros))
    counts = re.fullmatch(
        r"seed 11: 40000 inputs, (\d+) frames and (\d+) texts\n", run(str(replay), "11", FUZZ_RUNS)
    )
    assert counts is not None
    assert int(counts[1]) > 250_000 and int(counts[2]) > 100_000


def test_firmware_for_cortex_m33_uses_no_heap_and_no_printf(tmp_path: Path) -> None:
    board = find_board("mps2-an505")
    elf = build_for_board(board, tmp_path / "firmware.elf")
    symbols = run(require_tool("arm-none-eabi-nm"), str(elf))
    names = {line.split()[-1] for line in symbols.splitlines()}
    assert "main" in names
    assert not names & {"malloc", "free", "_sbrk", "printf", "vprintf", "abort", "__aeabi_dadd"}


def including(header: str, sources: list[Path]) -> list[Path]:
    """Those that include it, directly or through another header."""
    rules = run(require_tool("arm-none-eabi-gcc"), "-MM", f"-I{runtime_dir()}", *map(str, sources))
    lines = rules.replace("\\\n", " ").splitlines()
    chosen = [path for path, line in zip(sources, lines, strict=True) if f"/{header}" in line]
    assert chosen
    return chosen


FRAME_POINTERS = "-O2 -fno-omit-frame-pointer -DMCUGEN_DSP_ASSEMBLY=0"
ARM_STATE = "-marm -mcpu=cortex-a7 -O2"


@pytest.mark.parametrize(
    "flags", ["-O0", "-Og", "-Os", "-O3 -ffreestanding", FRAME_POINTERS, ARM_STATE]
)
def test_sources_compile_without_warnings_whatever_a_project_optimises(
    flags: str, tmp_path: Path
) -> None:
    kernels = sorted(runtime_dir().glob("kernels/*.c"))
    # Those with 128-bit vectors are for 64-bit cores and are compiled with the tests of them.
    kernels = [path for path in kernels if not path.stem.endswith(("_simd", "_avx2"))]
    sources = [*runtime_sources(*HARNESS), *kernels]
    if flags in (FRAME_POINTERS, ARM_STATE):  # their matter is the assembly of dsp.h
        sources = including("dsp.h", kernels)
    cpu = () if flags == ARM_STATE else find_board("mps2-an505").cpu_flags
    folders = (runtime_dir(), FIRMWARE_TESTS / "fake")
    # A row of more than 32 values is compiled in pieces.
    command = [*WARNINGS, *cpu, "-DMCUGEN_ROW_VALUES=128u", *(f"-I{path}" for path in folders)]
    done = subprocess.run(
        [require_tool("arm-none-eabi-gcc"), *command, *flags.split(), "-c", *map(str, sources)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
