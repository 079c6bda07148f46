# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The emulated RISC-V: the same integers as TFLite Micro, and faults that speak."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.cli import main
from mcugen.paths import examples_dir
from mcugen.report.files import load_run
from mcugen.toolchain.build import compile_project
from mcugen.train.synth_set import synth_clip, write_wav
from mcugen.transport.choose import link_for
from tests.conftest import require_tool

BOARD = "qemu-riscv32"
PROGRAMS = {
    "qemu-riscv32": ("riscv64-unknown-elf-gcc", "qemu-system-riscv32"),
    "mps2-an505": ("arm-none-eabi-gcc", "qemu-system-arm"),
    "host": ("gcc",),
}
BUNDLED = examples_dir() / "machine-sound" / "mcugen.toml"


@pytest.fixture(autouse=True)
def tools() -> None:
    require_tool("riscv64-unknown-elf-gcc")
    require_tool("qemu-system-riscv32")


def mcugen(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, words


def test_ad01_scores_as_on_every_other_board(real_models: Path, tmp_path: Path) -> None:
    """All 196 x 640 outputs of the real clip equal TFLite Micro's; costs are instructions."""
    model, clip = real_models / "ad01_int8.tflite", real_models / "example_input.wav"
    shape = ("--front-end", "mlperf-ad", "--score", "reconstruction-error")
    mcugen("build", model, *shape, "--board", BOARD, "--out", tmp_path / "project")
    words = ("--input", "int8", "--check-outputs", "--out", tmp_path / "run")
    mcugen("run", tmp_path / "project", clip, *words)
    found = load_run(tmp_path / "run")
    (record,) = found.clips
    assert (record.windows, record.outputs_compared, record.outputs_different) == (196, 125_440, 0)
    assert record.score == pytest.approx(11.068, abs=0.001)
    assert found.head.tick_unit == "instructions" and found.head.ticks_per_second is None
    inference = found.latencies[0]
    # One multiply-accumulate of the portable kernel takes several instructions, and not dozens.
    assert inference.median is not None and 264_192 < inference.median < 20 * 264_192


def test_a_clip_of_the_demo_scores_as_on_the_pc(tmp_path: Path) -> None:
    """101 rows of features in software floating point, 47 inferences, as `mcugen demo` has them."""
    clip = tmp_path / "clip.wav"
    write_wav(clip, synth_clip(1, None, 3)[: 100 * 512])
    mcugen("build", BUNDLED, "--board", BOARD, "--out", tmp_path / "project")
    mcugen("run", tmp_path / "project", clip, "--out", tmp_path / "run")
    (record,) = load_run(tmp_path / "run").clips
    assert record.windows == 47
    assert record.score == pytest.approx(record.reference_score, rel=1e-4)


def test_the_demo_model_is_bit_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mcugen("build", BUNDLED, "--board", BOARD, "--out", tmp_path)
    capsys.readouterr()
    mcugen("verify", tmp_path, "--vectors", 10, "--json")
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
    assert verdict["different"] == 0


@pytest.mark.parametrize("board", ["qemu-riscv32", "mps2-an505", "host"])
@pytest.mark.parametrize("model", ["kws_ref_model", "pretrainedResnet_quant"])
def test_convolutions_give_the_same_integers_everywhere(
    model: str,
    board: str,
    real_models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same inputs to every board, each compared with TFLite Micro: equal to it, so to each other."""
    for program in PROGRAMS[board]:
        require_tool(program)
    mcugen("build", real_models / f"{model}.tflite", "--board", board, "--out", tmp_path)
    capsys.readouterr()
    mcugen("verify", tmp_path, "--vectors", 2, "--json")
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
    assert verdict["different"] == 0 and verdict["vectors"] == 8


OVERFLOW = """
static int deeper(volatile int *below) {
  volatile int here[64] = {*below};
  return deeper((volatile int *)here) + here[1];
}
"""
FAULTS = {
    "overflow": ("stack overflow", OVERFLOW, "volatile int zero = 0; (void)deeper(&zero);"),
    "code": ("write to code", "", "*(volatile int *)0x80000100u = 1;"),
    "nowhere": ("load fault", "", "(void)*(volatile int *)0x90000000u;"),
    # What RV32IMC does not have: amoadd.w zero, zero, (sp), and fadd.s ft0, ft0, ft0.
    "atomic": ("illegal instruction", "", '__asm volatile(".word 0x0001202f");'),
    "float": ("illegal instruction", "", '__asm volatile(".word 0x00007053");'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_reported(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CFLAGS")  # the statements that fault earn warnings
    words, functions, statement = FAULTS[fault]
    mcugen("build", BUNDLED, "--board", BOARD, "--out", tmp_path, "--no-compile")
    main_c = tmp_path / "runtime" / "main.c"
    text = main_c.read_text().replace("int main(void) {", f"{functions}int main(void) {{")
    call = "mcugen_port_init();"
    main_c.write_text(text.replace(call, f"{call}\n  {statement}"))
    board = find_board(BOARD)
    link = link_for(board, compile_project(tmp_path, board).elf)
    link.open()
    try:
        said, deadline = b"", time.monotonic() + 60
        while not said.endswith(b"\r\n\0") and time.monotonic() < deadline:
            said += link.read(100, deadline)
    finally:
        link.close()
    assert said.startswith(b"\0mcugen fatal: ") and words.encode() in said
