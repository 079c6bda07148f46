# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which operators run in bands of rows with `--optimize size`, and the steps that they become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mcugen.engines.aot.bands import (
    Chain,
    Move,
    Rows,
    Turn,
    band,
    is_chain,
    may_overlay,
    schedule,
)
from mcugen.engines.aot.placement import Demand, Step
from mcugen.engines.aot.variants import (
    Call,
    Layout,
    Operands,
    Table,
    Value,
    Variant,
    activations,
    layer_name,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.engines.ops.shared.copy_call import Block, Side, copy_call
from mcugen.memory import live_bytes
from mcugen.model.ir import Graph, Op, Tensor

_LONGEST = (4, 8)
"""Operators in a chain: short chains may leave less, because one after the other lowers a peak."""
_BAND_ROWS = (8, 4, 2, 1)
_WORTH = 0.97
"""Bands are taken where they leave at most this part of the memory."""


@dataclass(slots=True)
class Bands:
    """Makes steps of chains. `builds` is false where only memory matters: then steps have no calls."""

    graph: Graph
    options: EngineOptions
    builds: bool = True
    variants: dict[tuple[object, ...], Variant] = field(default_factory=dict)
    tables: dict[tuple[str, bytes], Table] = field(default_factory=dict)

    def measured(self) -> Bands:
        """The same without calls."""
        return replace(self, builds=False)

    def calls(self, variant: Variant, operands: Operands) -> tuple[Call, ...]:
        """Those of a variant that computes something."""
        return variant.build(operands) if self.builds and variant.build is not None else ()

    def steps(
        self, chain: Chain, held: Mapping[int, Value]
    ) -> tuple[tuple[Step, ...], tuple[Value, ...]]:
        """All steps of a chain, and the values that they add to `held`, those of its border."""
        found = schedule(self.graph, chain)
        windows = {op.outputs[0]: self._window(op, found.windows) for op in chain.ops[:-1]}
        writer = _Writer(self, {**held, **windows})
        steps = [writer.step(item) for item in found.items]
        first = next(n for n, step in enumerate(steps) if held[chain.output] in step.writes)
        fitting = tuple(
            (held[chain.output], held[t])
            for t in self._given(chain)
            if may_overlay(self.graph, chain, found, t)
        )
        more = len(steps) - 1 - first
        steps[first] = replace(steps[first], in_place=fitting, more=more)
        return tuple(steps), (*windows.values(), *writer.values)

    def _given(self, chain: Chain) -> tuple[int, ...]:
        """The tensors that a chain reads and does not make."""
        reads = (t.index for op in chain.ops for t in activations(self.graph, op))
        return tuple(t for t in dict.fromkeys(reads) if t not in chain.inside)

    def _window(self, op: Op, rows: Mapping[int, int]) -> Value:
        tensor = self.graph.tensors[op.outputs[0]]
        count = rows[tensor.index]
        elements = count * (tensor.elements // tensor.shape[1])
        comment = f"{count} rows of {list(tensor.shape)}"
        return Value(f"{layer_name(op)}_window", tensor.dtype.value, elements, comment)

    def variant(self, turn: Turn) -> Variant:
        """The cheapest one for a band; in a network most bands of an operator are alike."""
        graph, op = band(self.graph, turn)
        sizes = tuple(graph.tensors[index].shape for index in (*turn.reads, *op.outputs))
        key = (op.index, sizes, *op.options.items())
        if key not in self.variants:
            offered = OPS[op.kind].variants(graph, op, self.options)
            native = [v for v in offered if {*v.reads, *v.writes} == {Layout.NATIVE}]
            self.variants[key] = min(native, key=lambda v: v.cost)
        return self.variants[key]

    def unique(self, call: Call, name: str) -> Call:
        """The call with tables that other bands have."""
        fields = tuple(
            (what, self._table(value, name) if isinstance(value, Table) else value)
            for what, value in call.fields
        )
        return replace(call, fields=fields)

    def _table(self, table: Table, name: str) -> Table:
        key = (f"{name} {table.values.dtype.str}", table.values.tobytes())
        if key not in self.tables:
            same = sum(known.name.startswith(table.name) for known in self.tables.values())
            self.tables[key] = replace(table, name=f"{table.name}_{same}") if same else table
        return self.tables[key]


@dataclass(slots=True)
class _Writer:
    """Turns and moves as steps; `values` are the parts that they name."""

    bands: Bands
    held: Mapping[int, Value]
    values: list[Value] = field(default_factory=list)
    parts: dict[str, Value] = field(default_factory=dict)
    moves: int = 0

    def step(self, item: Turn | Move) -> Step:
        return self._move(item) if isinstance(item, Move) else self._turn(item)

    def _turn(self, turn: Turn) -> Step:
        op, out = turn.op, turn.op.outputs[0]
        name = f"{layer_name(op)}_rows_{turn.rows.first}"
        variant = self.bands.variant(turn)
        scratch: tuple[Value, ...] = ()
        if variant.scratch_bytes:
            scratch = (Value(f"{name}_scratch", "int8", variant.scratch_bytes, "scratch"),)
            self.values.extend(scratch)
        read = tuple(activations(self.bands.graph, op))
        inputs = tuple(self._part(t, turn.reads[t.index], turn.starts) for t in read)
        output = self._part(self.bands.graph.tensors[out], turn.rows, turn.starts)
        operands = Operands(layer_name(op), inputs, (output,), (), next(iter(scratch), None))
        calls = self.bands.calls(variant, operands)
        return Step(
            name=name,
            op=op.index,
            comment=f"rows {turn.rows.first} to {turn.rows.end - 1} of {self.held[out].comment}",
            calls=tuple(self.bands.unique(call, layer_name(op)) for call in calls),
            reads=tuple(self.held[t.index] for t in read),
            writes=(self.held[out],),
            scratch=scratch,
        )

    def _move(self, move: Move) -> Step:
        self.moves += 1
        window = self.held[move.tensor]
        tensor = self.bands.graph.tensors[move.tensor]
        row = tensor.elements // tensor.shape[1]
        side = Side(0, (1,))
        block = Block(((move.rows.end - move.rows.first) * row,), side, side)
        source = self._part(tensor, move.rows, {})
        calls = (copy_call(block, tensor.dtype.bytes, source, window),) if self.bands.builds else ()
        return Step(
            name=f"{window.name}_move_{self.moves}",
            op=move.op.index,
            comment="rows that are needed again",
            calls=calls,
            reads=(window,),
            writes=(window,),
        )

    def _part(self, tensor: Tensor, rows: Rows, starts: Mapping[int, int]) -> Value:
        """Rows of a value that begins with row `starts` of the tensor."""
        whole = self.held[tensor.index]
        row = tensor.bytes // tensor.shape[1]
        first = rows.first - starts.get(tensor.index, 0)
        if first == 0:
            return whole
        name = f"{whole.name}_from_{first}"
        if name not in self.parts:
            elements = whole.elements - first * tensor.elements // tensor.shape[1]
            part = Value(name, whole.element, elements, "its rows", whole.name, first * row)
            self.parts[name] = part
            self.values.append(part)
        return self.parts[name]


def chosen_chains(bands: Bands, memory: Callable[[tuple[Chain, ...]], Demand]) -> tuple[Chain, ...]:
    """The chains that lower the peak the most. `memory` gives what the network needs with some chains."""
    options = bands.options
    if options.optimize != "size" or options.per_layer or options.profile:
        return ()
    found = [_greedy(bands.graph, memory, longest) for longest in _LONGEST]
    return min(found, key=lambda tried: tried[0])[1]


def _greedy(
    graph: Graph, memory: Callable[[tuple[Chain, ...]], Demand], longest: int
) -> tuple[int, tuple[Chain, ...]]:
    """Chain after chain for the operator at the peak, while it helps; the bytes that are left.

    Of those that leave about the least the one with the tallest bands and the fewest operators is taken:
    it costs the fewest instructions.
    """
    chosen: tuple[Chain, ...] = ()
    least, peak = _peak(memory(chosen))
    while True:
        tried = []
        for chain in _around(graph, peak, longest):
            chains = (*(c for c in chosen if not c.layers & chain.layers), chain)
            tried.append((*_peak(memory(chains)), chains))
        lowest = min((found for found, _, _ in tried), default=least)
        if lowest > least * _WORTH:
            return least, chosen
        least, peak, chosen = next(t for t in tried if t[0] <= lowest / _WORTH)


def _peak(memory: Demand) -> tuple[int, int | None]:
    """The bytes at the peak, and the operator there."""
    totals = live_bytes(memory.buffers())
    if not memory.steps:
        return max(totals, default=0), None
    return max(totals), memory.steps[totals.index(max(totals))].op


def _around(graph: Graph, peak: int | None, longest: int) -> Iterator[Chain]:
    """Chains with an operator, tall bands first, then short chains."""
    ops = graph.ops
    at = next((n for n, op in enumerate(ops) if op.index == peak), None)
    if at is None:
        return
    segments = [
        ops[first : first + length]
        for length in range(2, longest + 1)
        for first in range(max(at - length + 1, 0), at + 1)
        if first + length <= len(ops)
    ]
    found = [segment for segment in segments if is_chain(graph, segment)]
    for rows in _BAND_ROWS:
        for segment in found:
            if rows < graph.tensors[segment[-1].outputs[0]].shape[1]:
                yield Chain(segment, rows)
