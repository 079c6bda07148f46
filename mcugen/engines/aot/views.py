# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors that lie within others: SPLIT, SLICE, CONCATENATION and their like without copies.

Proof. The elements of such a part follow each other in the whole, in the same order, so that both are the
same bytes. What an operator splits off is valid as long as the whole is, which lives as long as any of its
parts is read, and neither is ever worked on in place before. Parts that are joined have one place each, are
written there by the operator that computes them, and the whole lives from the first of them on. Values
start at multiples of ALIGNMENT_BYTES and own their memory up to the next one: so must parts.

Nothing lies in a variable, which changes while its old values may still be read. Inputs that are joined and
outputs of the model are no parts: they have memory of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mcugen.engines.aot.choice import Choice
from mcugen.engines.aot.variants import ALIGNMENT_BYTES, Value, is_activation
from mcugen.model.ir import Graph, Op

_WORK = 20_000
"""Walks over the network times its operators that trying takes at most: about three seconds."""


@dataclass(frozen=True, slots=True)
class PartPlace:
    """A tensor lies in tensor `whole` from byte `start` on, which `op` would copy it from or to."""

    op: Op
    whole: int
    start: int


PartPlaces = Mapping[int, PartPlace]
"""By tensor: of those that are joined the one whose value it is under other names as well."""


def lies(part: Value | None, whole: Value, start: int) -> bool:
    """Whether a value is what lies from byte `start` of another one on."""
    return part is not None and (part.part_of, part.start) == (whole.name, start)


def chosen_places(
    graph: Graph, choices: Mapping[int, Choice], peak: Callable[[PartPlaces], int]
) -> PartPlaces:
    """Those that do not need more memory. `peak` gives the bytes at the peak with some places.

    A small part keeps all of its whole alive. Where all places together need more, halves are tried, and
    halves of these, as far as the work allows.
    """
    possible = [*_possible(graph, choices).items()]
    if not possible:
        return {}
    chosen: dict[int, PartPlace] = {}
    least, waiting = peak({}), [possible]
    for _ in range(max(1, _WORK // len(choices))):
        if not waiting:
            break
        group = waiting.pop()
        tried = {**chosen, **dict(group)}
        found = peak(tried)
        if found <= least:
            chosen, least = tried, found
        elif len(group) > 1:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return chosen


def _possible(graph: Graph, choices: Mapping[int, Choice]) -> dict[int, PartPlace]:
    sources = _sources(graph, choices)
    found: dict[int, PartPlace] = {}
    for choice in choices.values():
        found |= _splits(graph, choice, sources)
    for choice in choices.values():
        found = {**_joins(graph, choice, sources), **found}
    return {tensor: place for tensor, place in found.items() if tensor not in graph.outputs}


_VARIABLE = -1


def _sources(graph: Graph, choices: Mapping[int, Choice]) -> Mapping[int, int]:
    """The tensor whose value a tensor has, where operators only rename it; _VARIABLE for variables."""
    found: dict[int, int] = {}
    for choice in choices.values():
        op = choice.op
        if choice.variant.build is None:
            given = [i for i in op.inputs if i >= 0 and is_activation(graph.tensors[i])]
            found[op.outputs[0]] = found.get(given[0], given[0]) if given else _VARIABLE
    return found


def _splits(graph: Graph, choice: Choice, sources: Mapping[int, int]) -> dict[int, PartPlace]:
    """Parts of what an operator reads."""
    op, starts = choice.op, choice.variant.splits
    (x,) = [i for i in op.inputs if is_activation(graph.tensors[i])] if starts else (_VARIABLE,)
    if sources.get(x, x) == _VARIABLE:
        return {}
    return {
        tensor: PartPlace(op, x, start)
        for tensor, start in zip(op.outputs, starts, strict=True)
        if start % ALIGNMENT_BYTES == 0
    }


def _joins(graph: Graph, choice: Choice, sources: Mapping[int, int]) -> dict[int, PartPlace]:
    """Parts of what an operator makes."""
    op, starts = choice.op, choice.variant.joins
    found: dict[int, PartPlace] = {}
    for index, start in zip(op.inputs if starts else (), starts, strict=True):
        tensor, end = graph.tensors[index], start + graph.tensors[index].bytes
        source = sources.get(index, index)
        is_aligned = start % ALIGNMENT_BYTES == 0 and (
            end % ALIGNMENT_BYTES == 0 or end == graph.tensors[op.outputs[0]].bytes
        )
        if is_activation(tensor) and is_aligned and source not in (_VARIABLE, *graph.inputs):
            found.setdefault(source, PartPlace(op, op.outputs[0], start))
    return found
