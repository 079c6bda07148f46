# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Removes operators whose output is their input.

Proof. QUANTIZE between the same scale and zero point multiplies by 1 in fixed point, 2^30 * 2^(1 - 31),
which is exact in both roundings. PAD by nothing and CONCATENATION of one tensor copy. RELU and its
like between the same scale and zero point clamp, and values within the bounds are not changed; that they
are within is what `ranges.py` proves. Outputs of the model stay: they need memory of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines.aot.scales import activation_range
from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.ranges import Range, ranges
from mcugen.engines.passes.rewrite import Rewritten, removal, whole, without_ops
from mcugen.model.ir import DType, Graph, Op

_CLAMPS = ("RELU", "RELU6", "RELU_N1_TO_1")


def remove_identities(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph without them; who read their output reads their input."""
    known = ranges(graph)
    same: dict[int, int] = {}
    removals = []
    for op in graph.ops:
        reason = _reason(graph, op, known)
        if reason and op.outputs[0] not in graph.outputs:
            same[op.outputs[0]] = same.get(op.inputs[0], op.inputs[0])
            removals.append(removal(op, "the operator", reason))
    views = {index: whole(graph.tensors[source]) for index, source in same.items()}
    return Rewritten(without_ops(graph, same), views, tuple(removals))


def _reason(graph: Graph, op: Op, known: Mapping[int, Range]) -> str:
    """Why the output is the input; empty where it may not be."""
    if not op.outputs:
        return ""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if x.data is not None or x.is_variable or x.shape != out.shape or not x.shape:
        return ""
    if (x.dtype, out.dtype) != (DType.INT8, DType.INT8) or x.quant is None or x.quant != out.quant:
        return ""
    if op.kind == "QUANTIZE" and x.quant.axis is None:
        return "input and output are quantised alike"
    if op.kind == "PAD" or (op.kind == "CONCATENATION" and len(op.inputs) == 1):
        return "it copies its input"
    if op.kind in _CLAMPS and x.quant.axis is None and x.index in known:
        low, high = activation_range(op.kind, x.quant)
        values = known[x.index]
        if values.low.min() >= low and values.high.max() <= high:
            return "all values are within its bounds"
    return ""
