# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Shrinks filters to the rows and columns that have a weight other than 0 for any channel.

Proof. A row of a filter whose weights are all 0 adds 0 to every sum, wherever it lies. Without rows at the
top the filter starts that many dilations further down, so as many fewer rows of padding lie above the
image; rows at the bottom just go; where the rows that are left lie at one distance, the filter has only
these, and that distance is its dilation. Every weight that is left meets the pixel that it met, and the sums
are the same integers, whatever the rounding. Columns likewise. Kernels take no negative padding: rows that
lie inside the image at the first position stay.

A smaller filter is not always faster: kernels for 3x3 are. It is taken where the cheapest kernel
costs less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.engines.ops.shared.convolution import PAD_LEFT, PAD_TOP, own_padding
from mcugen.engines.passes.rewrite import Rewritten, added, removal, with_tensors
from mcugen.engines.passes.sums import read_sums
from mcugen.model.ir import Graph, Op

_HEIGHT, _WIDTH = 1, 2
"""Axes of the weights, of CONV_2D and of DEPTHWISE_CONV_2D."""


@dataclass(frozen=True, slots=True)
class _Taps:
    """Of `size` taps along an axis those at range(first, end, step)."""

    first: int
    end: int
    step: int

    @property
    def kept(self) -> slice:
        return slice(self.first, self.end, self.step)


def remove_zero_taps(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph with smaller filters."""
    removals = []
    for place, op in enumerate(graph.ops):
        smaller = _smaller(graph, op)
        if smaller is None or _cost(*smaller, options) >= _cost(graph, op, options):
            continue
        before, after = (_size(g, o) for g, o in ((graph, op), smaller))
        graph, op = smaller
        graph = replace(graph, ops=(*graph.ops[:place], op, *graph.ops[place + 1 :]))
        what = f"{before} taps of a filter but {after}"
        removals.append(removal(op, what, "their weights are 0 for all channels"))
    return Rewritten(graph, {}, tuple(removals))


def _size(graph: Graph, op: Op) -> str:
    return "x".join(str(n) for n in graph.tensors[op.inputs[1]].shape[1:3])


def _cost(graph: Graph, op: Op, options: EngineOptions) -> int:
    return min(variant.cost for variant in OPS[op.kind].variants(graph, op, options))


def _smaller(graph: Graph, op: Op) -> tuple[Graph, Op] | None:
    """The operator with a smaller filter, in the graph with that; None where there is none."""
    if op.kind not in ("CONV_2D", "DEPTHWISE_CONV_2D") or read_sums(graph, op) is None:
        return None
    weights = graph.tensors[op.inputs[1]]
    assert weights.data is not None
    dilations = [int(op.options.get(f"dilation_{axis}_factor", 1)) for axis in "hw"]
    paddings = own_padding(graph, op)
    rows, columns = (
        _taps(weights.data, axis, padding // dilation)
        for axis, padding, dilation in zip((_HEIGHT, _WIDTH), paddings, dilations, strict=True)
    )
    data = np.ascontiguousarray(weights.data[:, rows.kept, columns.kept])
    if data.shape == weights.shape:
        return None
    index, tensors = added(graph, replace(weights, data=data, shape=data.shape))
    more = {
        PAD_TOP: paddings[0] - rows.first * dilations[0],
        PAD_LEFT: paddings[1] - columns.first * dilations[1],
        "dilation_h_factor": dilations[0] * rows.step,
        "dilation_w_factor": dilations[1] * columns.step,
    }
    inputs = (op.inputs[0], index, *op.inputs[2:])
    shrunk = replace(op, inputs=inputs, options={**op.options, **more})
    return with_tensors(graph, tensors), shrunk


def _taps(weights: NDArray[np.int8], axis: int, most_before: int) -> _Taps:
    """Those that are needed; at most `most_before` go before the first one."""
    others = tuple(other for other in range(weights.ndim) if other != axis)
    alive = np.flatnonzero(weights.any(axis=others))
    if not alive.size:
        return _Taps(0, weights.shape[axis], 1)
    first = min(int(alive[0]), most_before)
    step = int(np.gcd.reduce(alive - first)) or 1
    return _Taps(first, int(alive[-1]) + 1, step)
