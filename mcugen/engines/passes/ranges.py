# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which values the channels of every activation can take, whatever the inputs are.

Proof, operator by operator in execution order. Every input of the model is any int8 value. The sum
of a convolution or FULLY_CONNECTED lies between those of the ends that the signs of its weights
select; what lies outside an image adds the real 0, so intervals are stretched to it wherever the
filter reaches there. Sums that could leave 32 bits, where they wrap, have no range. Requantisation
of either rounding is monotone (a product with a multiplier that is not negative, then roundings
that never swap two values), and so is clamping: the results of the ends bound all results. Both
roundings are computed in integers as the kernels do, and the wider range is taken. ADD, pooling, MEAN
and moves of values are monotone in every input and round in one way: their results for all inputs
at the lower and at the upper ends bound the outputs. All others can take every value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.ops import OPS, mean
from mcugen.engines.passes.sums import Sums, read_sums
from mcugen.model import numpy_layers
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.model.numpy_graph import ROUNDINGS

Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """The smallest and the largest value of each channel (index of the last axis) of a tensor."""

    low: Int64s
    high: Int64s

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Channels that have one value."""
        return np.asarray(self.low == self.high)


def any_value(tensor: Tensor) -> Range:
    """Of a tensor that nothing is known of."""
    channels = tensor.shape[-1] if tensor.shape else 1
    return Range(np.full(channels, -128), np.full(channels, 127))


def ranges(graph: Graph) -> Mapping[int, Range]:
    """The range of every computed int8 tensor, by its index."""
    found = {index: any_value(graph.tensors[index]) for index in graph.inputs}
    for op in graph.ops:
        made = graph.output_tensors(op)
        rule = _RULES.get(op.kind)
        known = rule(graph, op, found) if rule and _is_int8(graph, op) else None
        for tensor in made:
            found[tensor.index] = any_value(tensor) if known is None else known
    return found


def _is_int8(graph: Graph, op: Op) -> bool:
    """Whether the first input and the only output are int8, with one scale."""
    tensors = (graph.tensors[op.inputs[0]], *graph.output_tensors(op))
    return len(tensors) == 2 and all(
        t.dtype is DType.INT8 and t.quant is not None and t.quant.axis is None and t.shape
        for t in tensors
    )


def _range_of(graph: Graph, index: int, found: Mapping[int, Range]) -> Range | None:
    """Of an input of an operator, constants included."""
    data = graph.tensors[index].data
    if data is None:
        return found.get(index)
    axes = tuple(range(data.ndim - 1))
    return Range(data.min(axis=axes).astype(np.int64), data.max(axis=axes).astype(np.int64))


# --- sums ---------------------------------------------------------------------------------------


def _weighted(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    sums = read_sums(graph, op)
    given = found.get(op.inputs[0])
    return None if sums is None or given is None else sums_range(sums, given)


def sums_range(sums: Sums, given: Range) -> Range:
    """Of the outputs, from that of the input."""
    lowest, highest = sum_bounds(sums, given)
    ends = [
        np.clip(
            ROUNDINGS[rounding](ends, sums.multipliers, sums.shifts) + sums.zero_point,
            sums.low,
            sums.high,
        )
        for rounding in ROUNDINGS
        for ends in (lowest, highest)
    ]
    # Double rounding shifts to the left within 32 bits.
    reach = np.maximum(np.abs(lowest), np.abs(highest)) << np.maximum(sums.shifts, 0)
    wraps = reach >= 2**31
    return Range(
        np.where(wraps, sums.low, np.minimum.reduce(ends)),
        np.where(wraps, sums.high, np.maximum.reduce(ends)),
    )


def sum_bounds(sums: Sums, given: Range) -> tuple[Int64s, Int64s]:
    """The smallest and the largest sum per output channel."""
    low = (given.low - sums.in_zero_point)[sums.reads][:, np.newaxis]
    high = (given.high - sums.in_zero_point)[sums.reads][:, np.newaxis]
    if sums.padded:
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    up = sums.weights > 0
    return (
        sums.bias + np.where(up, sums.weights * low, sums.weights * high).sum(axis=(1, 2)),
        sums.bias + np.where(up, sums.weights * high, sums.weights * low).sum(axis=(1, 2)),
    )


# --- monotone operators -------------------------------------------------------------------------


def _monotone(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    """By the reference, for tensors full of the ends."""
    if not numpy_layers.knows(graph, op):
        return None
    values: list[dict[int, NDArray[np.int8]]] = [{}, {}]
    for index in op.inputs:
        tensor = graph.tensors[index]
        if tensor.data is None and index in found:
            for ends, end in zip(values, (found[index].low, found[index].high), strict=True):
                ends[index] = np.broadcast_to(end, (1, *tensor.shape)).astype(np.int8)
    low, high = (numpy_layers.run_layer(graph, op, ends) for ends in values)
    axes = tuple(range(low.ndim - 1))
    return Range(low.min(axis=axes).astype(np.int64), high.max(axis=axes).astype(np.int64))


def _mean(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    """Of channels that are each as long as the others: mcugen_mean, for sums of the ends alone."""
    x, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    (out,) = graph.output_tensors(op)
    given = found.get(x.index)
    if any(OPS[op.kind].problems(graph, op)) or given is None or x.quant is None:
        return None
    summed = mean.summed_axes(x, axes)
    if out.quant is None or len(x.shape) - 1 in summed:
        return None
    by, count = mean.requantisation(x, out, summed), mean.count_of(x, summed)
    ends = (count * (end - x.quant.zero_point) for end in (given.low, given.high))
    scaled = (numpy_layers.requantize_double(end, *by) + out.quant.zero_point for end in ends)
    return Range(*(np.clip(end, -128, 127) for end in scaled))


def _concatenation(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    """Channels side by side, or where other axes are joined the widest."""
    parts = [_range_of(graph, index, found) for index in op.inputs]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    rank = len(graph.tensors[op.outputs[0]].shape)
    if int(op.options.get("axis", 0)) % rank == rank - 1:
        return Range(*(np.concatenate([getattr(p, end) for p in known]) for end in ("low", "high")))
    return Range(
        np.minimum.reduce([part.low for part in known]),
        np.maximum.reduce([part.high for part in known]),
    )


def _pad(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    """The input's, stretched to what is put around it; PAD puts the real 0."""
    given, paddings = found.get(op.inputs[0]), graph.tensors[op.inputs[1]].data
    quant = graph.tensors[op.inputs[0]].quant
    if op.kind != "PAD" or given is None or paddings is None or quant is None or paddings[-1].any():
        return None
    return Range(np.minimum(given.low, quant.zero_point), np.maximum(given.high, quant.zero_point))


_RULES: Mapping[str, Callable[[Graph, Op, Mapping[int, Range]], Range | None]] = {
    "ADD": _monotone,
    "AVERAGE_POOL_2D": _monotone,
    "CONCATENATION": _concatenation,
    "CONV_2D": _weighted,
    "DEPTHWISE_CONV_2D": _weighted,
    "EXPAND_DIMS": _monotone,
    "FULLY_CONNECTED": _weighted,
    "MAX_POOL_2D": _monotone,
    "MEAN": _mean,
    "PAD": _pad,
    "RESHAPE": _monotone,
    "SQUEEZE": _monotone,
}
