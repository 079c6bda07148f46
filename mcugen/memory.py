# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Static memory planning: buffers with lifetimes in, offsets in one arena out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcugen.model.ir import Graph

_ROUNDS = 30
_ROUNDS_TIMES_BUFFERS = 15_000
"""Work of improving a greedy order: half a second for a network of a thousand buffers."""

_SEARCH_BUFFERS = 60
_SEARCH_VISITS = 400_000
"""Work of the exact search: nodes times buffers, up to half a second. No clock: repeatable."""


@dataclass(frozen=True, slots=True)
class Buffer:
    """Needs `size_bytes` of RAM from step `first_step` to `last_step`, both included.

    Tensors that share memory (in-place operators, RESHAPE) are one Buffer, or several that follow each
    other `within` the same memory, where they differ in size: all begin at the same offset. Scratch of a
    step is a Buffer that lives for that step only. Steps count the calls of the generated code, from 0.
    """

    name: str
    size_bytes: int
    first_step: int
    last_step: int
    within: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """A buffer and its byte offset in the arena."""

    buffer: Buffer
    offset: int


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Where every buffer lives; `lower_bound_bytes` is the largest sum alive at one step.

    `placements` are in the order of the buffers that were planned. Sizes in the sum and the arena
    are rounded up to the alignment.
    """

    placements: tuple[Placement, ...]
    arena_bytes: int
    lower_bound_bytes: int


def plan_memory(buffers: Sequence[Buffer], align: int = 4) -> MemoryPlan:
    """Offsets, multiples of `align`, such that no two buffers share a byte at any step.

    The best of several greedy orders, then an exact search where those miss the lower bound. Up to
    a dozen buffers the result is the optimum; above, the search is bounded by work, not by
    time: the same buffers always give the same plan.
    """
    for b in buffers:
        if b.size_bytes < 0 or not 0 <= b.first_step <= b.last_step:
            raise ValueError(f"buffer {b.name} has no size or no lifetime: {b}")
    # Planned in units of the alignment: every offset is aligned by construction.
    units = [replace(b, size_bytes=-(-b.size_bytes // align)) for b in buffers]
    bound = max(live_bytes(units), default=0)
    blocks = _blocks(units)
    offsets = _best_greedy(blocks, bound)
    height = _height(blocks, offsets)
    if height > bound and len(blocks) <= _SEARCH_BUFFERS:
        offsets = _Search(blocks, bound, height, offsets).run()
    found = {
        id(b): offset for block, offset in zip(blocks, offsets, strict=True) for b in block.parts
    }
    return MemoryPlan(
        tuple(
            Placement(b, found[id(unit)] * align) for b, unit in zip(buffers, units, strict=True)
        ),
        _height(blocks, offsets) * align,
        bound * align,
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """Buffers at one offset, in the order of their lifetimes; mostly a single one."""

    parts: tuple[Buffer, ...]

    @property
    def size(self) -> int:
        return max(b.size_bytes for b in self.parts)

    @property
    def first_step(self) -> int:
        return self.parts[0].first_step

    @property
    def last_step(self) -> int:
        return max(b.last_step for b in self.parts)

    def sizes(self) -> list[int]:
        """At each step from the first to the last."""
        return live_bytes(self.parts)[self.first_step :]


def _blocks(buffers: Sequence[Buffer]) -> list[_Block]:
    """In the order of their first buffers."""
    groups: dict[object, list[Buffer]] = {}
    for index, b in enumerate(buffers):
        groups.setdefault(b.within or index, []).append(b)
    return [_Block(tuple(sorted(g, key=lambda b: b.first_step))) for g in groups.values()]


def live_bytes(buffers: Sequence[Buffer]) -> list[int]:
    """Sum of the sizes of the buffers alive at each step."""
    change = [0] * (max((b.last_step for b in buffers), default=-1) + 2)
    for b in buffers:
        change[b.first_step] += b.size_bytes
        change[b.last_step + 1] -= b.size_bytes
    totals: list[int] = []
    for delta in change[:-1]:
        totals.append(delta + (totals[-1] if totals else 0))
    return totals


def graph_buffers(graph: Graph) -> tuple[Buffer, ...]:
    """One buffer per activation tensor, a step per operator: the view without any engine.

    Operators that only rename bytes share the buffer of their input. Engines plan finer: with
    scratch, and with more operators in place.
    """
    last_step = max(len(graph.ops) - 1, 0)
    names = _activation_names(graph)
    roots: dict[int, int] = {}
    lives: dict[int, tuple[int, int]] = {
        index: (0, last_step if graph.tensors[index].is_variable else 0)
        for index in names
        if index in graph.inputs or graph.tensors[index].is_variable
    }
    for step, op in enumerate(graph.ops):
        alive = [roots.get(i, i) for i in op.inputs if roots.get(i, i) in lives]
        for index in op.outputs:
            if op.kind in RENAMING_KINDS and alive:
                roots[index] = alive[0]
            else:
                lives[index] = (step, step)
        for index in alive:
            lives[index] = (lives[index][0], max(lives[index][1], step))
    for index in {roots.get(i, i) for i in graph.outputs} & lives.keys():
        lives[index] = (lives[index][0], last_step)
    return tuple(
        Buffer(names[index], graph.tensors[index].bytes, first, last)
        for index, (first, last) in sorted(lives.items())
    )


def _activation_names(graph: Graph) -> dict[int, str]:
    """Tensor index -> which value of which operator it is; the file's own names are too long."""
    names = {i: f"input {n}" for n, i in enumerate(graph.inputs)}
    names |= {
        t.index: f"variable {t.index}" for t in graph.tensors if t.is_variable and t.data is None
    }
    for op in graph.ops:
        for n, index in enumerate(op.outputs):
            names[index] = f"op {op.index} {op.kind}" + (f" output {n}" if n else "")
    return names


RENAMING_KINDS = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})
"""Operators whose output has the bytes of their input."""


# --- greedy orders ------------------------------------------------------------------------------

_GREEDY_ORDERS: Mapping[str, Callable[[_Block], tuple[int, ...]]] = {
    "size": lambda b: (-b.size, b.first_step),  # what TFLite Micro does
    "area": lambda b: (-b.size * (b.last_step - b.first_step + 1), b.first_step),
    "lifetime": lambda b: (b.first_step - b.last_step, -b.size),
    "start": lambda b: (b.first_step, -b.size),
    "end": lambda b: (-b.last_step, -b.size),
}


def _best_greedy(blocks: list[_Block], bound: int) -> list[int]:
    """The lowest plan of all orders and their improvements; one that meets the bound ends it.

    An order is improved by placing the blocks that stick out at the top before all others, again
    and again: those that are hard to place come first in the end.
    """
    neighbours = _neighbours(blocks)
    rounds = max(3, min(_ROUNDS, _ROUNDS_TIMES_BUFFERS // max(len(blocks), 1)))
    best: list[int] = []
    best_height = -1
    for key in _GREEDY_ORDERS.values():
        order = sorted(range(len(blocks)), key=lambda i: (*key(blocks[i]), i))  # noqa: B023
        for _ in range(rounds):
            offsets = _place_in_order(order, neighbours)
            ends = [o + b.size for o, b in zip(offsets, blocks, strict=True)]
            height = max(ends, default=0)
            if best_height < 0 or height < best_height:
                best, best_height = offsets, height
            if height == bound:
                return best
            order = sorted(order, key=lambda i: ends[i] != height)  # noqa: B023, stable
    return best


_Neighbours = list[dict[int, tuple[int, int]]]
"""For every block those that live with it: how large both are at most while they do, the other first."""


def _neighbours(blocks: list[_Block]) -> _Neighbours:
    found: _Neighbours = [{} for _ in blocks]
    parts = sorted(
        ((b, i) for i, block in enumerate(blocks) for b in block.parts),
        key=lambda part: part[0].first_step,
    )
    alive: list[tuple[Buffer, int]] = []
    for b, i in parts:
        alive = [(other, j) for other, j in alive if other.last_step >= b.first_step]
        for other, j in alive:
            theirs, mine = found[i].get(j, (0, 0))
            theirs, mine = max(theirs, other.size_bytes), max(mine, b.size_bytes)
            found[i][j], found[j][i] = (theirs, mine), (mine, theirs)
        alive.append((b, i))
    return found


def _place_in_order(order: list[int], neighbours: _Neighbours) -> list[int]:
    """Each block at the lowest offset where the ones before it leave room."""
    offsets = [-1] * len(order)
    for i in order:
        taken = sorted(
            (offsets[j], offsets[j] + theirs, mine)
            for j, (theirs, mine) in neighbours[i].items()
            if offsets[j] >= 0
        )
        offset, tried = 0, -1
        while tried != offset:  # once, if this one is as large beside all others
            tried = offset
            for start, end, mine in taken:
                if start < offset + mine:
                    offset = max(offset, end)
        offsets[i] = offset
    return offsets


def _height(blocks: Sequence[_Block], offsets: Sequence[int]) -> int:
    """End of the highest block."""
    ends = (o + b.size for o, b in zip(offsets, blocks, strict=True))
    return max(ends, default=0)


# --- exact search -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Search:
    """Branch and bound over plans, until the bound is met or the work is used up.

    Any plan can be pushed down until every block rests on the floor or on a lower one. So it is
    enough to place blocks in order of their offset, each on top of what lies below it. Then at
    each step all that is still to come lies above the present top, which gives a sharp bound.
    """

    blocks: list[_Block]
    bound: int
    best_height: int
    best: list[int]
    tops: list[int] = field(default_factory=list)  # per step, of what is placed
    waiting: list[int] = field(default_factory=list)  # per step, sum of what is not placed
    sizes: list[list[int]] = field(default_factory=list)  # of each block, at its steps
    visits: int = _SEARCH_VISITS

    def run(self) -> list[int]:
        """The offsets of the best plan found."""
        self.sizes = [block.sizes() for block in self.blocks]
        self.waiting = live_bytes([b for block in self.blocks for b in block.parts])
        self.tops = [0] * len(self.waiting)
        path: list[tuple[Iterator[tuple[int, int]], int, int, list[int]]] = []
        offsets = [-1] * len(self.blocks)
        choices = self._choices(offsets, 0, -1)
        while self.visits > 0 and self.best_height > self.bound:
            choice = next(choices, None)
            if choice is not None:
                offset, i = choice
                path.append((choices, i, offset, self._place(i, offset, offsets)))
                choices = self._choices(offsets, offset, i)
            elif path:
                choices, i, offset, tops = path.pop()
                self._remove(i, tops, offsets)
            else:
                break
        return self.best

    def _choices(self, offsets: list[int], floor: int, last: int) -> Iterator[tuple[int, int]]:
        """(offset, block) that may come next, the most promising first; notes finished plans."""
        self.visits -= len(self.blocks)
        unplaced = [i for i, offset in enumerate(offsets) if offset < 0]
        if not unplaced:
            height = _height(self.blocks, offsets)
            if height < self.best_height:
                self.best_height, self.best = height, list(offsets)
            return iter(())
        totals = zip(self.tops, self.waiting, strict=True)
        if any(wait and max(top, floor) + wait >= self.best_height for top, wait in totals):
            return iter(())
        ranked = []
        for i in unplaced:
            b = self.blocks[i]
            steps = slice(b.first_step, b.last_step + 1)
            offset = max(self.tops[steps])
            # Below the floor is out of order; at the floor, order among equals is of no matter.
            if offset > floor or (offset == floor and i > last):
                ranked.append((offset, -max(self.waiting[steps]), -b.size, i))
        return iter([(offset, i) for offset, _, _, i in sorted(ranked)])

    def _place(self, i: int, offset: int, offsets: list[int]) -> list[int]:
        """Places a block; returns the tops that it covered."""
        b = self.blocks[i]
        steps = slice(b.first_step, b.last_step + 1)
        covered = self.tops[steps]
        self.tops[steps] = [offset + size for size in self.sizes[i]]
        for step, size in enumerate(self.sizes[i], b.first_step):
            self.waiting[step] -= size
        offsets[i] = offset
        return covered

    def _remove(self, i: int, covered: list[int], offsets: list[int]) -> None:
        """Takes back _place."""
        b = self.blocks[i]
        self.tops[b.first_step : b.last_step + 1] = covered
        for step, size in enumerate(self.sizes[i], b.first_step):
            self.waiting[step] += size
        offsets[i] = -1


# --- text ---------------------------------------------------------------------------------------

_MAX_COLUMNS = 60
_MAX_NAME = 40


def draw(plan: MemoryPlan) -> str:
    """The plan as ASCII text: a line per buffer by offset, a bar for its lifetime, the peak marked.

    Long networks are drawn with several steps per column.
    """
    buffers = [p.buffer for p in plan.placements]
    totals = live_bytes(buffers)
    if not totals:
        return "the arena is empty"
    stride = -(-len(totals) // _MAX_COLUMNS)
    columns = -(-len(totals) // stride)
    width = max(columns, 14)
    peak = totals.index(max(totals))
    lines = [
        f"arena {plan.arena_bytes} bytes, lower bound {plan.lower_bound_bytes} bytes",
        f"{'offset':>8} {'bytes':>8}  {f'steps 0 to {len(totals) - 1}':<{width}}  buffer",
    ]
    for p in sorted(plan.placements, key=lambda p: (p.offset, p.buffer.first_step)):
        first, last = p.buffer.first_step // stride, p.buffer.last_step // stride
        bar = "." * first + "#" * (last - first + 1) + "." * (columns - last - 1)
        name = p.buffer.name[:_MAX_NAME]
        lines.append(f"{p.offset:>8} {p.buffer.size_bytes:>8}  {bar:<{width}}  {name}")
    mark = " " * (peak // stride) + "^"
    lines.append(f"{'':>17}  {mark:<{width}}  peak: {totals[peak]} bytes at step {peak}")
    return "\n".join(lines)
