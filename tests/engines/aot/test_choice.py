# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The choice of variants is the cheapest one, and deterministic."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.engines.aot.choice import Choice, choose
from mcugen.engines.aot.layouts import CALL_COST, CONVERSIONS
from mcugen.engines.aot.variants import Layout, Variant, activations
from mcugen.model.ir import DType, Graph, Op, Tensor

LAYOUTS = (Layout.NATIVE, Layout.INT16)
ELEMENTS = 100


def graph_of(ops: list[tuple[int, ...]], outputs: tuple[int, ...]) -> Graph:
    """Op i reads the tensors in ops[i] and writes tensor i + 1; tensor 0 is the input."""
    tensors = tuple(Tensor(i, f"t{i}", (ELEMENTS,), DType.INT8) for i in range(len(ops) + 1))
    return Graph(
        name="g",
        sha256="",
        file_bytes=0,
        tensors=tensors,
        ops=tuple(Op(i, "ANY", inputs, (i + 1,)) for i, inputs in enumerate(ops)),
        inputs=(0,),
        outputs=outputs,
    )


def cost_of(graph: Graph, picked: tuple[Variant, ...]) -> int:
    """What a combination of variants costs, conversions shared by all readers of a tensor."""
    held = {0: {Layout.NATIVE}}
    total = 0

    def obtain(tensor: int, layout: Layout) -> int:
        if layout in held[tensor]:
            return 0
        (source,) = held[tensor]
        held[tensor].add(layout)
        return CALL_COST + int(CONVERSIONS[source, layout].cost_per_element * ELEMENTS)

    for op, variant in zip(graph.ops, picked, strict=True):
        total += variant.cost
        for tensor, layout in zip(activations(graph, op), variant.reads, strict=True):
            total += obtain(tensor.index, layout)
        held[op.outputs[0]] = {variant.writes[0]}
    return total + sum(obtain(tensor, Layout.NATIVE) for tensor in graph.outputs)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Graph, dict[int, tuple[Variant, ...]]]:
    count = draw(st.integers(1, 5))
    ops = [
        tuple(draw(st.lists(st.integers(0, i), min_size=1, max_size=2, unique=True)))
        for i in range(count)
    ]
    offered = {}
    for i, inputs in enumerate(ops):
        layouts = st.tuples(*[st.sampled_from(LAYOUTS)] * len(inputs))
        variant = st.builds(
            Variant,
            reads=layouts,
            writes=st.tuples(st.sampled_from(LAYOUTS)),
            cost=st.integers(0, 1000),
            build=st.none(),
        )
        offered[i] = tuple(draw(st.lists(variant, min_size=1, max_size=3)))
    return graph_of(ops, (count,)), offered


@settings(max_examples=300, deadline=None)
@given(networks())
def test_no_combination_is_cheaper(network: tuple[Graph, dict[int, tuple[Variant, ...]]]) -> None:
    graph, offered = network
    choices = choose(graph, offered)
    chosen = cost_of(graph, tuple(choice.variant for choice in choices))
    everything = itertools.product(*(offered[op.index] for op in graph.ops))
    assert chosen == min(cost_of(graph, combination) for combination in everything)
    assert choose(graph, offered) == choices


def variant(read: Layout, write: Layout, cost: int) -> Variant:
    return Variant((read,), (write,), cost, None)


def described(choices: tuple[Choice, ...]) -> list[tuple[int, str, int]]:
    """Changes before, layout written, changes after."""
    return [(len(c.before), c.variant.writes[0].value, len(c.after)) for c in choices]


def test_a_whole_chain_changes_form_when_one_change_pays_for_it() -> None:
    offered = (variant(Layout.NATIVE, Layout.NATIVE, 500), variant(Layout.INT16, Layout.INT16, 300))
    chain = graph_of([(0,), (1,), (2,), (3,), (4,)], (5,))
    choices = choose(chain, dict.fromkeys(range(5), offered))
    assert described(choices) == [(1, "wide", 0), *[(0, "wide", 0)] * 3, (0, "wide", 1)]
    short = graph_of([(0,)], (1,))
    assert described(choose(short, {0: offered})) == [(0, "", 0)]
