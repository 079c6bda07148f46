# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Chains of operators in bands of rows: of the tensors between them only a window of rows exists.

A band is some rows of the chain's output. Every operator computes the rows that the band needs and
that are not there, so each row is computed once. What a later band needs again moves to the start of its
window. A band of an operator is the same operator on an image of fewer rows: what its kernel sees beyond
them is padding only where the image ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mcugen.engines.aot.variants import activations
from mcugen.engines.ops.shared.convolution import PAD_LEFT, PAD_TOP, own_padding
from mcugen.engines.passes.rewrite import with_tensors
from mcugen.model.ir import Graph, Op, Tensor

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


@dataclass(frozen=True, slots=True)
class Rows:
    """From row `first` of an image to before row `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators that follow each other; `rows` of the last one's output are a band."""

    ops: tuple[Op, ...]
    rows: int

    @property
    def layers(self) -> frozenset[int]:
        """The indices of the operators."""
        return frozenset(op.index for op in self.ops)

    @property
    def inside(self) -> frozenset[int]:
        """The tensors that only the chain sees."""
        return frozenset(op.outputs[0] for op in self.ops[:-1])

    @property
    def output(self) -> int:
        """The tensor that is left."""
        return self.ops[-1].outputs[0]


@dataclass(frozen=True, slots=True)
class Turn:
    """Rows that an operator computes, and those it reads of each activation. `starts` has the row at the
    start of every window."""

    op: Op
    rows: Rows
    reads: Mapping[int, Rows]
    starts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of the window of a tensor, counted from its start, that move there."""

    tensor: int
    op: Op
    rows: Rows


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens, in order, and how many rows each window holds."""

    items: tuple[Turn | Move, ...]
    windows: Mapping[int, int]


def is_chain(graph: Graph, ops: tuple[Op, ...]) -> bool:
    """Whether operators that follow each other can be computed in bands."""
    if not all(_has_rows(graph, op) for op in ops):
        return False
    chain = Chain(ops, 1)
    readers = [op for op in graph.ops if op.index not in chain.layers]
    seen_outside = {index for op in readers for index in op.inputs} | {*graph.outputs}
    return not chain.inside & seen_outside


def _has_rows(graph: Graph, op: Op) -> bool:
    """Whether rows of the output follow from rows of the inputs, each from at least one."""
    given = (*activations(graph, op), *graph.output_tensors(op))
    if any(len(t.shape) != 4 or t.shape[0] != 1 or t.is_variable for t in given):
        return False
    if op.kind == "ADD":
        return len(given) == 3 and given[0].shape == given[1].shape == given[2].shape
    if op.kind not in _CONVOLUTIONS or len(given) != 2:
        return False
    x, out = given
    return all(
        rows.first < rows.end
        for y in range(out.shape[1])
        for rows in [rows_read(graph, op, x, Rows(y, y + 1))]
    )


def rows_read(graph: Graph, op: Op, x: Tensor, rows: Rows) -> Rows:
    """The rows of an activation that rows of the output need."""
    if op.kind == "ADD":
        return rows
    stride, reach, top = _geometry(graph, op)
    first = max(rows.first * stride - top, 0)
    return Rows(first, min((rows.end - 1) * stride - top + reach, x.shape[1]))


def _geometry(graph: Graph, op: Op) -> tuple[int, int, int]:
    """Of a convolution: rows from position to position, rows that a filter sees, rows of padding above."""
    dilation = int(op.options.get("dilation_h_factor", 1))
    reach = (graph.tensors[op.inputs[1]].shape[1] - 1) * dilation + 1
    return int(op.options.get("stride_h", 1)), reach, own_padding(graph, op)[0]


def band(graph: Graph, turn: Turn) -> tuple[Graph, Op]:
    """The operator as it is for a turn alone."""
    op = turn.op
    sizes = {**turn.reads, op.outputs[0]: turn.rows}
    shrunk = {
        index: replace(tensor, shape=(1, rows.end - rows.first, *tensor.shape[2:]))
        for index, rows in sizes.items()
        for tensor in [graph.tensors[index]]
    }
    if op.kind != "ADD":
        stride, _, top = _geometry(graph, op)
        above = turn.reads[op.inputs[0]].first - (turn.rows.first * stride - top)
        left = own_padding(graph, op)[1]
        op = replace(op, options={**op.options, PAD_TOP: above, PAD_LEFT: left})
    return with_tensors(graph, shrunk), op


def schedule(graph: Graph, chain: Chain) -> Schedule:
    """All turns and moves of a chain."""
    walk = _Walk(graph, chain)
    height = graph.tensors[chain.output].shape[1]
    ends = (*range(chain.rows, height, chain.rows), height)
    items = tuple(item for end in ends for item in walk.band(end))
    return Schedule(items, walk.windows)


class _Walk:
    """What is done while bands are walked: rows computed, rows that windows begin with."""

    def __init__(self, graph: Graph, chain: Chain) -> None:
        self.graph = graph
        self.chain = chain
        self.done = {op.outputs[0]: 0 for op in chain.ops}
        self.starts = dict.fromkeys(chain.inside, 0)
        self.windows = dict.fromkeys(chain.inside, 0)

    def band(self, end: int) -> Iterator[Turn | Move]:
        """Up to row `end` of the output."""
        ends = self._ends(end)
        for op in self.chain.ops:
            out = op.outputs[0]
            rows = Rows(self.done[out], ends[out])
            if rows.first == rows.end:
                continue
            if out in self.starts:
                yield from self._make_room(op, rows)
            reads = {
                t.index: rows_read(self.graph, op, t, rows) for t in activations(self.graph, op)
            }
            yield Turn(op, rows, reads, dict(self.starts))
            self.done[out] = rows.end

    def _ends(self, end: int) -> dict[int, int]:
        """Up to which row each tensor is computed."""
        ends = {**self.done, self.chain.output: end}
        for op in reversed(self.chain.ops):
            rows = Rows(self.done[op.outputs[0]], ends[op.outputs[0]])
            if rows.first == rows.end:
                continue
            for tensor in activations(self.graph, op):
                if tensor.index in self.starts:
                    needed = rows_read(self.graph, op, tensor, rows).end
                    ends[tensor.index] = max(ends[tensor.index], needed)
        return ends

    def _make_room(self, op: Op, rows: Rows) -> Iterator[Move]:
        """Lets go of the rows that nobody needs again."""
        out = op.outputs[0]
        kept = min(self._first_needed(out), rows.first)
        if self.starts[out] < kept < rows.first:
            yield Move(out, op, Rows(kept - self.starts[out], rows.first - self.starts[out]))
        self.starts[out] = kept
        self.windows[out] = max(self.windows[out], rows.end - kept)

    def _first_needed(self, index: int) -> int:
        """The first row of a tensor that is still to be read."""
        tensor = self.graph.tensors[index]
        first = tensor.shape[1]
        for op in self.chain.ops:
            done = self.done[op.outputs[0]]
            if index in op.inputs and done < self.graph.tensors[op.outputs[0]].shape[1]:
                first = min(first, rows_read(self.graph, op, tensor, Rows(done, done + 1)).first)
        return first


def may_overlay(graph: Graph, chain: Chain, found: Schedule, index: int) -> bool:
    """Whether the output may lie where input `index` of the chain lies: each band is written over rows that
    nothing reads afterwards, or over the values that an ADD reads in the same place."""
    out, given = graph.tensors[chain.output], graph.tensors[index]
    out_row, given_row = out.bytes // out.shape[1], given.bytes // given.shape[1]
    written = 0
    for item in found.items:
        if isinstance(item, Move):
            continue
        if index in item.reads:
            if item.reads[index].first * given_row < written:
                return False
            last = item.op.outputs[0] == chain.output
            if last and (item.op.kind != "ADD" or out_row != given_row):
                return False
        if item.op.outputs[0] == chain.output:
            written = item.rows.end * out_row
    return True
