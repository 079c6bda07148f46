# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions on emulated cores without DSP instructions: a Cortex-M3 and an RV32IMC.

Run by `make bench-portable`; writes portable.md beside this file. Models as in bench.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.bench import models
from benchmarks.device import build, measure
from mcugen.boards import find_board
from mcugen.platforms.request import Choices

HERE = Path(__file__).resolve().parent
BOARDS = ("mps2-an385", "qemu-riscv32")

RECORDED_TFLM = {
    "kws_ref_model": 42_900_000,
    "pretrainedResnet_quant": 107_400_000,
    "vww_96_int8": 99_700_000,
}
"""Instructions per Invoke of TFLM 90b983c with its reference kernels, Thumb-2 without DSP, -O2,
arm-none-eabi-gcc 12.2.1, in QEMU; recorded once."""


def line(model: Path, board: str) -> str:
    """Of the table; the reference kernels were counted on Thumb-2 only."""
    with tempfile.TemporaryDirectory() as folder:
        opened = build(
            model, board, Path(folder) / "project", Choices(engine="aot", optimize="speed")
        )
        found = measure(opened)
    count = round(median(found.samples))
    reference = RECORDED_TFLM.get(opened.manifest.model) if board == BOARDS[0] else None
    cells = (
        opened.manifest.model,
        board,
        f"{count:,}",
        f"{reference:,}" if reference else "",
        f"{count / reference:.2f}" if reference else "",
        found.outputs_sha256[:8],
        f"{found.arena_used_bytes:,}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measures everything, then writes the file."""
    titles = [f"- `{name}`: {find_board(name).title}" for name in BOARDS]
    lines = [
        "# What an inference costs without DSP instructions",
        "",
        "Written by `make bench-portable`. Instructions, counted by QEMU, of portable kernels at `speed`;",
        "not cycles. Beside them TFLite Micro's reference kernels on Thumb-2, recorded once.",
        "",
        *titles,
        "",
        "| model | board | instructions | TFLM reference | ratio | outputs | RAM B |",
        "|---|---|---:|---:|---:|---|---:|",
    ]
    for model in models(sys.argv[1:]):
        for board in BOARDS:
            lines.append(line(model, board))
            print(lines[-1], flush=True)
    (HERE / "portable.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
