# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which variant computes each operator: the cheapest combination over the whole network.

Operators are visited in execution order. A state says in which layouts the live tensors exist; for
every state only the cheapest way to reach it is kept (dynamic programming over the frontier, exact
as long as there are at most BEAM states). Ties go to the variant listed first. States name only
tensors that are not just NATIVE: they stay small in networks of any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mcugen.engines.aot.layouts import CALL_COST, CONVERSIONS
from mcugen.engines.aot.variants import Layout, Variant, activations
from mcugen.model.ir import Graph, Op

BEAM = 128
"""States kept per operator; graphs met so far need fewer than 100, apart from LSTMs unrolled over a
hundred steps, where eight are enough and 512 took minutes."""

_State = tuple[tuple[int, tuple[Layout, ...]], ...]
"""Live tensors, by index, with the layouts each exists in; NATIVE alone is left out."""

_NATIVE = (Layout.NATIVE,)


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
    reads = {op.index: tuple(t.index for t in activations(graph, op)) for op in graph.ops}
    last_read = {t: op.index for op in graph.ops for t in reads[op.index]}
    paths: dict[_State, _Path] = {(): _Path(0, None, None)}
    for op in graph.ops:
        touched = (*reads[op.index], *op.outputs)
        done = [t for t in dict.fromkeys(touched) if last_read.get(t, -1) <= op.index]
        reached: dict[_State, _Path] = {}
        for state, path in paths.items():
            for variant in offered[op.index]:
                after, choice, cost = _move(graph, op, reads[op.index], variant, state, done)
                if after not in reached or path.cost + cost < reached[after].cost:
                    reached[after] = _Path(path.cost + cost, choice, path)
        paths = dict(sorted(reached.items(), key=lambda item: item[1].cost)[:BEAM])
    return _choices(min(paths.values(), key=lambda path: path.cost))


def _move(
    graph: Graph,
    op: Op,
    reads: Sequence[int],
    variant: Variant,
    state: _State,
    done: Iterable[int],
) -> tuple[_State, Choice, int]:
    """The state that a variant leads to, how, and its cost; nobody reads `done` tensors afterwards."""
    layouts = dict(state)
    before: list[LayoutChange] = []
    after: list[LayoutChange] = []
    cost = variant.cost
    for tensor, layout in zip(reads, variant.reads, strict=True):
        cost += _obtain(graph, layouts, tensor, layout, before)
    layouts |= {t: (layout,) for t, layout in zip(op.outputs, variant.writes, strict=True)}
    for t in done:
        if t in graph.outputs:
            cost += _obtain(graph, layouts, t, Layout.NATIVE, after)
        layouts.pop(t, None)
    reached = tuple(sorted(item for item in layouts.items() if item[1] != _NATIVE))
    return reached, Choice(tuple(before), op, variant, tuple(after)), cost


def _obtain(
    graph: Graph,
    layouts: dict[int, tuple[Layout, ...]],
    tensor: int,
    layout: Layout,
    changes: list[LayoutChange],
) -> int:
    """Makes `layout` of a tensor exist: extends `layouts` and `changes`, returns the cost."""
    held = layouts.get(tensor, _NATIVE)
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
