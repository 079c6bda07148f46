# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which variant computes each operator: the cheapest combination over the whole network.

Operators are visited in execution order. A state says in which layouts each live tensor exists; for
every state only the cheapest way to reach it is kept (dynamic programming over the frontier, exact
as long as there are at most BEAM states). Ties go to the variant listed first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mcugen.engines.aot.layouts import CALL_COST, CONVERSIONS
from mcugen.engines.aot.variants import Layout, Variant, activations
from mcugen.model.ir import Graph, Op

BEAM = 128
"""States kept per operator; graphs met so far need fewer than 100, apart from LSTMs unrolled over a
hundred steps, where eight are enough and 512 took minutes."""

_State = tuple[tuple[int, tuple[Layout, ...]], ...]
"""Live tensors, by index, with the layouts each exists in."""


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """Tensor `tensor` is converted from one layout to another."""

    tensor: int
    source: Layout
    target: Layout


@dataclass(frozen=True, slots=True)
class Choice:
    """`before` is changed, `variant` computes `op`, `after` makes outputs of the model NATIVE."""

    before: tuple[LayoutChange, ...]
    op: Op
    variant: Variant
    after: tuple[LayoutChange, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """The cheapest way to a state, as a list linked backwards."""

    cost: int
    choice: Choice | None
    before: _Path | None


def choose(graph: Graph, offered: Mapping[int, tuple[Variant, ...]]) -> tuple[Choice, ...]:
    """One Choice per operator, in order. `offered` holds the variants of each by its index."""
    last_read = {t.index: op.index for op in graph.ops for t in activations(graph, op)}
    start = tuple((t, (Layout.NATIVE,)) for t in sorted(set(graph.inputs)))
    paths: dict[_State, _Path] = {start: _Path(0, None, None)}
    for op in graph.ops:
        reached: dict[_State, _Path] = {}
        for state, path in paths.items():
            for after, choice, cost in _moves(graph, op, offered[op.index], state, last_read):
                if after not in reached or path.cost + cost < reached[after].cost:
                    reached[after] = _Path(path.cost + cost, choice, path)
        paths = dict(sorted(reached.items(), key=lambda item: item[1].cost)[:BEAM])
    return _choices(min(paths.values(), key=lambda path: path.cost))


def _moves(
    graph: Graph, op: Op, variants: tuple[Variant, ...], state: _State, last_read: Mapping[int, int]
) -> Iterator[tuple[_State, Choice, int]]:
    """Every state that one of the variants leads to, how, and its cost."""
    for variant in variants:
        layouts = dict(state)
        before: list[LayoutChange] = []
        after: list[LayoutChange] = []
        cost = variant.cost
        for tensor, layout in zip(activations(graph, op), variant.reads, strict=True):
            cost += _obtain(graph, layouts, tensor.index, layout, before)
        layouts |= {t: (layout,) for t, layout in zip(op.outputs, variant.writes, strict=True)}
        done = [t for t in layouts if last_read.get(t, -1) <= op.index]
        for t in done:
            if t in graph.outputs:
                cost += _obtain(graph, layouts, t, Layout.NATIVE, after)
                layouts[t] = (Layout.NATIVE,)
            else:
                del layouts[t]
        reached = tuple(sorted(layouts.items(), key=lambda item: item[0]))
        yield reached, Choice(tuple(before), op, variant, tuple(after)), cost


def _obtain(
    graph: Graph,
    layouts: dict[int, tuple[Layout, ...]],
    tensor: int,
    layout: Layout,
    changes: list[LayoutChange],
) -> int:
    """Makes `layout` of a tensor exist: extends `layouts` and `changes`, returns the cost."""
    held = layouts[tensor]
    if layout in held:
        return 0
    source = min(
        (f for f in held if (f, layout) in CONVERSIONS),
        key=lambda f: CONVERSIONS[f, layout].cost_per_element,
    )
    changes.append(LayoutChange(tensor, source, layout))
    layouts[tensor] = (*held, layout)
    per_element = CONVERSIONS[source, layout].cost_per_element
    return CALL_COST + int(per_element * graph.tensors[tensor].elements)


def _choices(path: _Path) -> tuple[Choice, ...]:
    """The choices along a path, first to last."""
    choices: list[Choice] = []
    step: _Path | None = path
    while step is not None and step.choice is not None:
        choices.append(step.choice)
        step = step.before
    return tuple(reversed(choices))
