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
at the lower and at the upper ends bound the outputs. SUB, MUL, MAXIMUM and MINIMUM are monotone in each
operand while the other one stays, so that they have their extremes at corners, where both operands are at
an end. PRELU is monotone below and above the real 0: its extremes are at the ends of both parts. Functions
of one value are tables: their range is that of the entries between the ends, in both roundings. All others
can take every value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.ops import OPS, mean
from mcugen.engines.passes.lookups import LOOKUPS, lookups_of
from mcugen.engines.passes.sums import Sums, read_sums
from mcugen.model import numpy_layers
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.model.moves import MOVES
from mcugen.model.numpy_graph import ROUNDINGS, constants

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
        known = _of_outputs(graph, op, found) or [any_value(tensor) for tensor in made]
        found |= zip(op.outputs, known, strict=True)
    return found


def _of_outputs(graph: Graph, op: Op, found: Mapping[int, Range]) -> list[Range] | None:
    """The ranges of an operator's outputs, None where nothing is known."""
    if op.kind in _MOVING:
        return _moved(graph, op, found)
    rule = _RULES.get(op.kind)
    known = rule(graph, op, found) if rule and _is_int8(graph, op) else None
    return None if known is None else [known]


def _is_int8(graph: Graph, op: Op) -> bool:
    """Whether the first input and the only output are int8, with one scale."""
    tensors = (graph.tensors[op.inputs[0]], *graph.output_tensors(op))
    return len(tensors) == 2 and all(
        t.dtype is DType.INT8 and t.quant is not None and t.quant.axis is None and t.shape
        for t in tensors
    )


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


# --- results at ends ----------------------------------------------------------------------------

_Ends = Mapping[int, Int64s]
"""A value per channel, by tensor index."""


def _results(graph: Graph, op: Op, given: Iterable[_Ends]) -> Range:
    """Of the reference, for tensors full of each of the given ends."""
    known = {i: v for i, v in constants(graph).items() if i in op.inputs}
    made = []
    for ends in given:
        full = {
            index: np.broadcast_to(end, (1, *graph.tensors[index].shape)).astype(np.int8)
            for index, end in ends.items()
        }
        made.append(numpy_layers.run_layer(graph, op, known | full).astype(np.int64))
    axes = tuple(range(made[0].ndim - 1))
    return Range(
        np.minimum.reduce([values.min(axis=axes) for values in made]),
        np.maximum.reduce([values.max(axis=axes) for values in made]),
    )


def _computed(graph: Graph, op: Op, found: Mapping[int, Range]) -> dict[int, Range] | None:
    """The ranges of all inputs that are no constants; None for operators without a reference."""
    computed = {i for i in op.inputs if i >= 0 and graph.tensors[i].data is None}
    if not numpy_layers.knows(graph, op) or not computed or not computed <= found.keys():
        return None
    return {index: found[index] for index in computed}


def _monotone(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    given = _computed(graph, op, found)
    if given is None:
        return None
    low, high = ({i: getattr(r, end) for i, r in given.items()} for end in ("low", "high"))
    return _results(graph, op, (low, high))


def _corners(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    given = _computed(graph, op, found)
    if given is None:
        return None
    corners = product(*((r.low, r.high) for r in given.values()))
    return _results(graph, op, (dict(zip(given, ends, strict=True)) for ends in corners))


def _prelu(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    given, quant = _computed(graph, op, found), graph.tensors[op.inputs[0]].quant
    if given is None or quant is None or [*given] != [op.inputs[0]]:
        return None
    x = given[op.inputs[0]]
    around = (np.clip(quant.zero_point - below, x.low, x.high) for below in (1, 0))
    return _results(graph, op, ({op.inputs[0]: end} for end in (x.low, *around, x.high)))


def _lookup(graph: Graph, op: Op, found: Mapping[int, Range]) -> Range | None:
    given, tables = found.get(op.inputs[0]), lookups_of(graph, op)
    if given is None or not tables:
        return None
    both = [
        table[low + 128 : high + 129]
        for table in tables.values()
        for low, high in zip(given.low, given.high, strict=True)
    ]
    rows = (len(tables), -1)
    return Range(
        np.array([part.min() for part in both], np.int64).reshape(rows).min(axis=0),
        np.array([part.max() for part in both], np.int64).reshape(rows).max(axis=0),
    )


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


def _moved(graph: Graph, op: Op, found: Mapping[int, Range]) -> list[Range] | None:
    """The ends move as the values do."""
    tensors = [graph.tensors[index] for index in op.inputs]
    made = graph.output_tensors(op)
    computed = [t for t in tensors if t.data is None]
    if any(t.dtype is not DType.INT8 or t.index not in found for t in computed):
        return None
    if any(t.dtype is not DType.INT8 for t in made) or any(OPS[op.kind].problems(graph, op)):
        return None
    low, high = (
        MOVES[op.kind](
            op,
            [
                np.broadcast_to(getattr(found[t.index], end), t.shape) if t.data is None else t.data
                for t in tensors
            ],
        )
        for end in ("low", "high")
    )
    rows = [(-1, t.shape[-1] if t.shape else 1) for t in made]
    return [
        Range(least.reshape(row).min(axis=0), most.reshape(row).max(axis=0))
        for least, most, row in zip(low, high, rows, strict=True)
    ]


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
    "CONV_2D": _weighted,
    "DEPTHWISE_CONV_2D": _weighted,
    "EXPAND_DIMS": _monotone,
    "FULLY_CONNECTED": _weighted,
    "MAXIMUM": _corners,
    "MAX_POOL_2D": _monotone,
    "MEAN": _mean,
    "MINIMUM": _corners,
    "MUL": _corners,
    "PAD": _pad,
    "PRELU": _prelu,
    "RESHAPE": _monotone,
    "SQUEEZE": _monotone,
    "SUB": _corners,
    **dict.fromkeys(LOOKUPS, _lookup),
}

_MOVING = MOVES.keys() - _RULES.keys() - {"SPACE_TO_BATCH_ND"}
"""Operators whose outputs are values of their inputs, and nothing else."""
