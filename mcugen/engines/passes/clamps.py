# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Removes fused activations that cannot bite.

Proof. `ranges.py` bounds what a weighted sum requantises to before it is clamped, for every input and
in both roundings. Where all of it is within the activation's bounds, clamping to these bounds or to those
of int8 gives the same value. The kernels are faster where there is no other bound.
"""

from __future__ import annotations

from dataclasses import replace

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.ranges import ranges, sums_range
from mcugen.engines.passes.rewrite import Rewritten, removal
from mcugen.engines.passes.sums import read_sums
from mcugen.model.ir import Graph

_ACTIVATION = "fused_activation_function"


def remove_clamps(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph without them."""
    known = ranges(graph)
    ops, removals = [], []
    for op in graph.ops:
        sums = read_sums(graph, op) if op.inputs and op.inputs[0] in known else None
        if sums is not None and (sums.low, sums.high) != (-128, 127):
            free = sums_range(replace(sums, low=-128, high=127), known[op.inputs[0]])
            if free.low.min() >= sums.low and free.high.max() <= sums.high:
                reason = "no sum reaches its bounds"
                removals.append(removal(op, f"the activation {op.options[_ACTIVATION]}", reason))
                op = replace(op, options={**op.options, _ACTIVATION: "NONE"})
        ops.append(op)
    return Rewritten(replace(graph, ops=tuple(ops)), {}, tuple(removals))
