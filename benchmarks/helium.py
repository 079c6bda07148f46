# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What layers cost with Helium, in instructions on the emulated Cortex-M55.

Run by `make bench`; writes helium.md beside this file.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from benchmarks import cycles
from benchmarks.device import build, measure
from benchmarks.layers import LayerCost, layer_costs
from mcugen.platforms.request import Choices

HERE = Path(__file__).resolve().parent
BOARD = "mps3-an547"

HEADER = """\
# What layers cost with Helium

Written by `make bench`. Instructions are counted in QEMU on the board `mps3-an547`, a vector instruction as
one, and are no times. Layers of one operator with equally many multiplications are one line, with the mean
of their instructions.

| model | operator | layers | multiplications | instructions | each |
|---|---|---:|---:|---:|---:|
"""


def layers_of(model: Path) -> tuple[LayerCost, ...]:
    """Of one inference, in order."""
    choices = Choices(engine="aot")
    with tempfile.TemporaryDirectory() as folder:
        project = build(model, BOARD, Path(folder), choices)
        board = project.board
        counting = cycles.counting(project.elf, board.compiler_prefix, project.folder)
        if counting is None:
            sys.exit("instructions are counted by a plugin of QEMU, which needs a C compiler (CC)")
        command = (*board.run_command, *counting.arguments)
        measure(replace(project, board=replace(board, run_command=command)))
        return layer_costs(model, BOARD, choices, cycles.estimate(counting))


def rows(model: str, layers: Iterable[LayerCost]) -> Iterator[str]:
    """Lines of the table, the most expensive operator first."""
    kinds = [(re.sub(r"_\d+$", "", layer.name).upper(), layer) for layer in layers]
    kinds.sort(key=lambda item: (item[0], -item[1].macs))
    lines = []
    for (kind, macs), group in groupby(kinds, key=lambda item: (item[0], item[1].macs)):
        counts = [layer.instructions for _, layer in group]
        mean = sum(counts) / len(counts)
        each = f"{mean / macs:.2f}" if macs else ""
        cells = (model, kind, str(len(counts)), f"{macs:,}" if macs else "", f"{mean:,.0f}", each)
        lines.append((sum(counts), f"| {' | '.join(cells)} |"))
    return (line for _, line in sorted(lines, reverse=True))


def write(models: Iterable[Path]) -> None:
    """Measures all models and writes helium.md."""
    table = [line for model in models for line in rows(model.stem, layers_of(model))]
    (HERE / "helium.md").write_text(HEADER + "\n".join(table) + "\n")
