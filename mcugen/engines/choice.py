# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which variant computes each operator: the cheapest combination over the whole network.

Operators are visited in execution order. A state says in which forms each live tensor exists; for
every state only the cheapest way to reach it is kept (dynamic programming over the frontier, exact
as long as there are at most BEAM states). Ties go to the variant listed first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mcugen.engines.forms import CALL_COST, CONVERSIONS
from mcugen.engines.steps import Form, Variant, activations
from mcugen.model.ir import Graph, Op

BEAM = 512
"""States kept per operator; graphs met so far need fewer than 100."""

_State = tuple[tuple[int, tuple[Form, ...]], ...]
"""Live tensors, by index, with the forms each exists in."""


@dataclass(frozen=True, slots=True)
class Change:
    """Tensor `tensor` is converted from one form to another."""

    tensor: int
    source: Form
    target: Form


@dataclass(frozen=True, slots=True)
class Choice:
    """`changes` are made, then `variant` computes `op` (None: the outputs of the model are ready)."""

    changes: tuple[Change, ...]
    op: Op | None
    variant: Variant | None


@dataclass(frozen=True, slots=True)
class _Path:
    """The cheapest way to a state, as a list linked backwards."""

    cost: int
    choice: Choice | None
    before: _Path | None


def choose(graph: Graph, offered: Mapping[int, tuple[Variant, ...]]) -> tuple[Choice, ...]:
    """One Choice per operator, in order, and a last one for the model's outputs.

    `offered` holds the variants of each operator by its index.
    """
    last_use = _last_uses(graph)
    start = tuple((t, (Form.DENSE,)) for t in sorted(set(graph.inputs)) if t in last_use)
    paths: dict[_State, _Path] = {start: _Path(0, None, None)}
    for op in graph.ops:
        reached: dict[_State, _Path] = {}
        for state, path in paths.items():
            for after, choice, cost in _moves(graph, op, offered[op.index], state, last_use):
                if after not in reached or path.cost + cost < reached[after].cost:
                    reached[after] = _Path(path.cost + cost, choice, path)
        paths = dict(sorted(reached.items(), key=lambda item: item[1].cost)[:BEAM])
    ends = (_finish(graph, state, path) for state, path in paths.items())
    return _choices(min(ends, key=lambda path: path.cost))


def _last_uses(graph: Graph) -> dict[int, int]:
    """Activation -> index of the last operator that reads it; outputs are read after the last."""
    last = {t.index: op.index for op in graph.ops for t in activations(graph, op)}
    return last | dict.fromkeys(graph.outputs, len(graph.ops))


def _moves(
    graph: Graph, op: Op, variants: tuple[Variant, ...], state: _State, last_use: Mapping[int, int]
) -> Iterator[tuple[_State, Choice, int]]:
    """Every state that one of the variants leads to, how, and its cost."""
    for variant in variants:
        forms = dict(state)
        changes: list[Change] = []
        cost = variant.cost
        for tensor, form in zip(activations(graph, op), variant.reads, strict=True):
            cost += _obtain(graph, forms, tensor.index, form, changes)
        forms |= {t: (form,) for t, form in zip(op.outputs, variant.writes, strict=True)}
        alive = ((t, held) for t, held in forms.items() if last_use.get(t, -1) > op.index)
        yield (
            tuple(sorted(alive, key=lambda item: item[0])),
            Choice(tuple(changes), op, variant),
            cost,
        )


def _obtain(
    graph: Graph, forms: dict[int, tuple[Form, ...]], tensor: int, form: Form, changes: list[Change]
) -> int:
    """Makes `form` of a tensor exist: extends `forms` and `changes`, returns the cost."""
    held = forms[tensor]
    if form in held:
        return 0
    source = min(
        (f for f in held if (f, form) in CONVERSIONS),
        key=lambda f: CONVERSIONS[f, form].cost_per_element,
    )
    changes.append(Change(tensor, source, form))
    forms[tensor] = (*held, form)
    per_element = CONVERSIONS[source, form].cost_per_element
    return CALL_COST + int(per_element * graph.tensors[tensor].elements)


def _finish(graph: Graph, state: _State, path: _Path) -> _Path:
    """The path extended by what the model's outputs need to be DENSE."""
    forms = dict(state)
    changes: list[Change] = []
    cost = sum(_obtain(graph, forms, t, Form.DENSE, changes) for t in graph.outputs)
    return _Path(path.cost + cost, Choice(tuple(changes), None, None), path)


def _choices(path: _Path) -> tuple[Choice, ...]:
    """The choices along a path, first to last."""
    choices: list[Choice] = []
    step: _Path | None = path
    while step is not None and step.choice is not None:
        choices.append(step.choice)
        step = step.before
    return tuple(reversed(choices))
