# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Computes channels that equal each other once.

Proof. Two channels are equal if one function makes both of equal channels: a weighted sum with the same
weights (those of equal inputs added up), bias, multiplier and shift; a function of single values, pooling,
MEAN or PAD of equal channels; ADD and the like of equal pairs; by induction from the inputs of the model,
whose channels are all different. A weighted sum that reads equal channels x, with the weights u and v at
a tap, adds u x + v x = (u + v) x there, the same integer modulo 2^32, also where both are the real 0
outside the image. So the first of them can have the weight u + v and the others 0, where u + v is still an
int8 weight for every output that reads them; otherwise all keep theirs. Channels that only meet weights of
0 are then removed by `channels.py`; where none is, the weights stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.channels import ELEMENTWISE, First, remove_channels
from mcugen.engines.passes.lookups import LOOKUPS
from mcugen.engines.passes.rewrite import Rewritten, added, with_tensors
from mcugen.engines.passes.sums import Sums, read_sums
from mcugen.model.ir import Graph, Op, Tensor

_Known = Mapping[int, First]


def share_equal_channels(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph with fewer channels, after `remove_channels` has found what it can."""
    known = equal_channels(graph)
    moved = graph
    for place, op in enumerate(graph.ops):
        sums = read_sums(graph, op)
        if sums is not None and not _is_grouped(sums, known[op.inputs[0]]):
            moved = _with_moved_weights(moved, place, sums, known[op.inputs[0]])
    done = remove_channels(moved, options, known)
    if not done.removals:
        return Rewritten(graph)
    reason = "they equal channels that are computed"
    return replace(done, removals=tuple(replace(r, why=reason) for r in done.removals))


# --- weights ------------------------------------------------------------------------------------


def _is_grouped(sums: Sums, first: First) -> bool:
    """Whether outputs do not see all channels."""
    return bool(sums.reads.shape[1] < len(first))


def _columns(sums: Sums, first: First) -> First:
    """Of every input of a sum the one that its weight can move to: at the same pixel."""
    seen = sums.reads[0]
    return np.asarray(np.arange(len(seen)) - seen + first[seen])


def _with_moved_weights(graph: Graph, place: int, sums: Sums, first: First) -> Graph:
    """The graph whose operator at `place` needs as few of equal channels as its weights allow."""
    op = graph.ops[place]
    weights = graph.tensors[op.inputs[1]]
    moved = _moved(sums.weights, _columns(sums, first), 7 if weights.is_int4 else 127)
    if (moved == sums.weights).all():
        return graph
    data = moved.astype(np.int8).reshape(weights.shape)
    index, tensors = added(graph, replace(weights, data=data))
    op = replace(op, inputs=(op.inputs[0], index, *op.inputs[2:]))
    ops = (*graph.ops[:place], op, *graph.ops[place + 1 :])
    return with_tensors(replace(graph, ops=ops), tensors)


def _moved(weights: NDArray[np.int64], columns: First, largest: int) -> NDArray[np.int64]:
    """Weights [channels, taps, depth], those of a column added to another one where all fit.

    -128 is no weight in TFLite's quantisation, nor is -8 in that of four bits.
    """
    moved = weights.copy()
    for column, to in enumerate(columns):
        both = moved[..., column] + moved[..., to]
        if to != column and (abs(both) <= largest).all():
            moved[..., to], moved[..., column] = both, 0
    return moved


# --- equality -----------------------------------------------------------------------------------


def equal_channels(graph: Graph) -> _Known:
    """Of every activation."""
    known = {index: _all_different(graph.tensors[index]) for index in graph.inputs}
    for op in graph.ops:
        made = graph.output_tensors(op)
        rule = _RULES.get(op.kind)
        found = rule(graph, op, known) if rule and _is_known(graph, op, known) else None
        for tensor in made:
            known[tensor.index] = _all_different(tensor) if found is None else found
    return known


def _is_known(graph: Graph, op: Op, known: _Known) -> bool:
    """Whether there is one output, and all inputs are constants or of known channels."""
    given = [index for index in op.inputs if index >= 0 and graph.tensors[index].data is None]
    return len(op.outputs) == 1 and bool(given) and all(index in known for index in given)


def _all_different(tensor: Tensor) -> First:
    return np.arange(tensor.shape[-1] if tensor.shape else 1)


def _firsts(keys: Iterable[Hashable]) -> First:
    """Where each key was seen first."""
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(key, place) for place, key in enumerate(keys)], np.intp)


def _weighted(graph: Graph, op: Op, known: _Known) -> First | None:
    sums = read_sums(graph, op)
    if sums is None:
        return None
    first, weights = known[op.inputs[0]], sums.weights
    if not _is_grouped(sums, first):
        weights = _moved(weights, _columns(sums, first), 2**31)
    numbers = zip(sums.bias, sums.multipliers, sums.shifts, strict=True)
    rows = zip(first[sums.reads], weights, numbers, strict=True)
    return _firsts((seen.tobytes(), row.tobytes(), *more) for seen, row, more in rows)


def _alike(graph: Graph, op: Op, known: _Known) -> First | None:
    """As the input, which all channels are made of in the same way."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    fits = x.index in known and x.shape[-1:] == out.shape[-1:]
    return known[x.index] if fits else None


def _meaned(graph: Graph, op: Op, known: _Known) -> First | None:
    x, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]].data
    last = len(x.shape) - 1
    if axes is None or any(int(axis) % len(x.shape) == last for axis in axes.reshape(-1)):
        return None
    return _alike(graph, op, known)


def _padded(graph: Graph, op: Op, known: _Known) -> First | None:
    paddings = graph.tensors[op.inputs[1]].data
    return None if paddings is None or paddings[-1].any() else _alike(graph, op, known)


def _reshaped(graph: Graph, op: Op, known: _Known) -> First | None:
    """Whole pixels side by side."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if not x.shape or not out.shape or x.index not in known or out.shape[-1] % x.shape[-1]:
        return None
    pixels = np.arange(0, out.shape[-1], x.shape[-1])
    return np.asarray((pixels[:, np.newaxis] + known[x.index]).reshape(-1))


def _elementwise(graph: Graph, op: Op, known: _Known) -> First | None:
    (out,) = graph.output_tensors(op)
    tensors = [graph.tensors[index] for index in op.inputs]
    if any(t.shape[-1:] not in ((), (1,), out.shape[-1:]) for t in tensors):
        return None
    keys = [_keys(t, known, out.shape[-1]) for t in tensors]
    return _firsts(zip(*keys, strict=True))


def _keys(tensor: Tensor, known: _Known, channels: int) -> list[Hashable]:
    """What tells the channels of an operand apart."""
    if tensor.data is None:
        keys = [*known[tensor.index].tolist()]
    else:
        columns = tensor.data.reshape(-1, tensor.shape[-1] if tensor.shape else 1)
        keys = [column.tobytes() for column in columns.T]
    return keys if len(keys) == channels else keys * channels


def _joined(graph: Graph, op: Op, known: _Known) -> First | None:
    (out,) = graph.output_tensors(op)
    if any(index not in known for index in op.inputs) or not out.shape:
        return None
    if int(op.options.get("axis", 0)) % len(out.shape) < len(out.shape) - 1:
        return _firsts(zip(*(known[index].tolist() for index in op.inputs), strict=True))
    return _firsts((index, first) for index in op.inputs for first in known[index].tolist())


_RULES: Mapping[str, Callable[[Graph, Op, _Known], First | None]] = {
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"), _weighted),
    **dict.fromkeys(("EXPAND_DIMS", "RESHAPE", "SQUEEZE"), _reshaped),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", *LOOKUPS), _alike),
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    "CONCATENATION": _joined,
    "MEAN": _meaned,
    "PAD": _padded,
}
