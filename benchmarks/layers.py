# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What each step of an inference costs, from the counts of cycles.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks import cycles
from mcugen.boards import find_board
from mcugen.engines.aot.lowering import lower
from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.prune import prune
from mcugen.model.cost import macs
from mcugen.model.tflite import read_tflite
from mcugen.platforms.request import Choices


@dataclass(frozen=True, slots=True)
class LayerCost:
    """A step of an inference, as the memory plan names it; `macs` after what never matters is gone."""

    name: str
    instructions: int
    estimated_cycles: int
    macs: int


def layer_costs(
    model: Path, board: str, choices: Choices, found: cycles.Estimate
) -> tuple[LayerCost, ...]:
    """What the steps cost; nothing where the counts cannot be told apart by steps."""
    graph = read_tflite(model)
    options = EngineOptions(
        optimize=choices.optimize or "speed",  # type: ignore[arg-type]
        isa=find_board(board).isa,
        prune=choices.prune,
    )
    steps = lower(graph, options).steps
    pruned = prune(graph, options).graph
    sums = {op.index: macs(pruned, op) for op in pruned.ops}
    costs = cycles.by_step(found, {step.name: len(step.calls) for step in steps})
    return tuple(
        LayerCost(step.name, *costs[step.name], sums.get(step.op, 0) if step.op is not None else 0)
        for step in steps
        if step.name in costs
    )
