# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What kernels with vectors cost: Helium and NEON in instructions, this computer in time.

Run by `make bench`; writes vectors.md beside this file. Instructions are counted in QEMU by edges.c, a
vector instruction as one; beside those of boards that run Linux stand LiteRT's (litert_aarch64.py). Time is
that of this computer, beside LiteRT with XNNPACK on one thread where the environment variable MCUGEN_LITERT
names a Python that has ai-edge-litert. All boards must answer alike.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from benchmarks import cycles, litert_aarch64
from benchmarks.device import build, first_line, measure
from mcugen.boards import find_board
from mcugen.toolchain.project import Project

HERE = Path(__file__).resolve().parent
HOST, HELIUM = "host", "mps3-an547"
LINUX = {"imx8mp": "A53", "imx93": "A55"}
"""Boards that run Linux under qemu-aarch64 -> their Cortex."""
Answer = TypeVar("Answer")
REPEATS = 300  # of an inference whose time is taken

RECORDED_CMSIS = {
    "ad01_int8": 147_062,
    "kws_ref_model": 1_806_687,
    "pretrainedResnet_quant": 4_903_062,
    "str_ww_ref_model": 402_781,
    "vww_96_int8": 6_547_093,
}
"""Instructions of the functions of CMSIS-NN 99f736a for all layers but SOFTMAX, -O2, arm-none-eabi-gcc
12.2.1, on the same emulated machine; recorded once, on arbitrary data."""

HEADER = """\
# What kernels with vectors cost

Written by `make bench`. Instructions are counted in QEMU, a vector instruction as one, and are no times.
Times are the shortest of {repeats} inferences on this computer, one thread.

- Cortex-M55: board `mps3-an547`, {arm}
- CMSIS-NN: 99f736a, its functions for Helium on the same machine, one after another without SOFTMAX and
  without an interpreter; recorded, not measured in this run
- A53 and A55 (SDOT): boards `imx8mp` and `imx93` under qemu-aarch64, {aarch64}
- LiteRT A53 and A55: a whole invoke with XNNPACK under the same emulator, one thread, {litert_aarch64}
- this computer: {host}, {processor}
- LiteRT µs: {litert}
- outputs: the first digits of the SHA-256 of what all of them answer to random and extreme inputs

"""
COLUMNS = (
    "model, Cortex-M55, CMSIS-NN, ratio, A53, LiteRT A53, ratio, A55, LiteRT A55, ratio, "
    "this computer µs, LiteRT µs, ratio, outputs"
).split(", ")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one model; `litert_ns` is None where there is no LiteRT."""

    model: str
    instructions: dict[str, int]  # by board
    litert: tuple[int, int] | None  # instructions of LiteRT on LINUX
    host_ns: float
    litert_ns: int | None
    outputs: frozenset[str]  # one, where all boards answer alike


def cost(model: Path) -> Cost:
    """Builds and runs a model for every board with vectors."""
    with tempfile.TemporaryDirectory() as folder:
        counts, outputs = {}, set()
        for board in (HELIUM, *LINUX):
            counts[board], found = count(build(model, board, Path(folder) / board), measure)
            outputs.add(found.outputs_sha256)
        timed = measure(build(model, HOST, Path(folder) / HOST), repeats=REPEATS)
        litert = litert_aarch64.instructions(model, Path(folder))
    outputs.add(timed.outputs_sha256)
    times = (min(timed.samples), litert_ns(model))
    return Cost(model.stem, counts, litert, *times, frozenset(outputs))


def count(
    project: Project, run: Callable[[Project], Answer], function: str = "invoke"
) -> tuple[int, Answer]:
    """Instructions of a call of the engine's `function`, and what `run` finds the program to answer."""
    board = project.board
    command = board.run_command
    if board.name in LINUX:
        core = litert_aarch64.PROCESSORS[board.name].core
        command = ("qemu-aarch64", "-cpu", core, "{elf}")
    counting = cycles.counting(project.elf, board.compiler_prefix, project.folder, function)
    if counting is None:
        sys.exit("instructions are counted by a plugin of QEMU, which needs a C compiler (CC)")
    command = (command[0], *counting.arguments, *command[1:])
    link = "stdio" if board.name in LINUX else board.run_link
    found = run(replace(project, board=replace(board, run_command=command, run_link=link)))
    return cycles.instructions(counting), found


def litert_ns(model: Path) -> int | None:
    """Time of an inference in LiteRT, None where MCUGEN_LITERT names no Python."""
    python = os.environ.get("MCUGEN_LITERT")
    if not python:
        return None
    command = [python, str(HERE / "litert.py"), str(model)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return int(done.stdout)


def markdown_row(found: Cost) -> str:
    """One line of the table."""
    litert = found.litert or (None, None)
    cells = (
        found.model,
        *beside(found.instructions[HELIUM], RECORDED_CMSIS.get(found.model)),
        *beside(found.instructions["imx8mp"], litert[0]),
        *beside(found.instructions["imx93"], litert[1]),
        *beside(found.host_ns / 1000, found.litert_ns and found.litert_ns / 1000, digits=1),
        min(found.outputs)[:8],
    )
    return f"| {' | '.join(cells)} |"


def beside(own: float, other: float | None, digits: int = 0) -> tuple[str, str, str]:
    """Both figures and their ratio; dashes where there is no other."""
    if not other:
        return f"{own:,.{digits}f}", "–", "–"
    return f"{own:,.{digits}f}", f"{other:,.{digits}f}", f"{own / other:.2f}"


def write(models: Iterable[Path]) -> tuple[str, ...]:
    """Measures all models and writes vectors.md; returns those that the boards answer differently."""
    costs = []
    for model in models:
        costs.append(cost(model))
        print(markdown_row(costs[-1]), flush=True)
    litert = os.environ.get("MCUGEN_LITERT")
    version = ("-c", "from importlib.metadata import version as v; print(v('ai-edge-litert'))")
    header = HEADER.format(
        repeats=REPEATS,
        arm=first_line([f"{find_board(HELIUM).compiler_prefix}gcc", "--version"]),
        aarch64=first_line([f"{find_board('imx93').compiler_prefix}gcc", "--version"]),
        host=first_line(["gcc", "--version"]),
        processor=_processor(),
        litert_aarch64=litert_aarch64.version(),
        litert=f"ai-edge-litert {first_line([litert, *version])}" if litert else "not measured",
    )
    head = [f"| {' | '.join(COLUMNS)} |", f"|---|{'---:|' * (len(COLUMNS) - 2)}---|"]
    lines = [header, *head, *map(markdown_row, costs)]
    (HERE / "vectors.md").write_text("\n".join(lines) + "\n")
    return tuple(found.model for found in costs if len(found.outputs) > 1)


def _processor() -> str:
    """Its name and the vectors that LiteRT and mcugen choose by, as Linux states them."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    facts = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    flags = [f for f in facts.get("flags", "").split() if f in ("avx2", "avx_vnni", "avx512_vnni")]
    return " ".join([facts.get("model name", "processor unknown"), *flags])
