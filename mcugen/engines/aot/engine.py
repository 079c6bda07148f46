# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The ahead-of-time engine: the model becomes constant tables and one call line per layer."""

from __future__ import annotations

from functools import lru_cache

from mcugen.codegen.tree import SourceTree
from mcugen.engines.aot.batch import WINDOWS, Batch, batched
from mcugen.engines.aot.emit import ENGINE_DTYPES, emit_model, table_bytes
from mcugen.engines.aot.lowering import Lowered, lower
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.engines.ops import OPS
from mcugen.engines.passes.constants import fold_constants
from mcugen.memory import live_bytes
from mcugen.model.check import refuse, where
from mcugen.model.ir import Graph, Problem
from mcugen.model.operands import operand_problems


def supports(graph: Graph) -> tuple[Problem, ...]:
    """All reasons why this engine cannot take the graph; empty when it can."""
    computed = fold_constants(graph, EngineOptions()).graph
    return (*_border_problems(graph), *_op_problems(computed))


def _border_problems(graph: Graph) -> list[Problem]:
    """What is wrong with the inputs and outputs of the model."""
    problems = []
    for side, indices in (("input", graph.inputs), ("output", graph.outputs)):
        for number, index in enumerate(indices):
            tensor = graph.tensors[index]
            if tensor.dtype not in ENGINE_DTYPES:
                what = f"element type {tensor.dtype.value} is not supported"
                problems.append(Problem(f"{side} {number}", what))
            if tensor.data is not None:
                problems.append(Problem(f"{side} {number}", "is a constant"))
    return problems


def _op_problems(graph: Graph) -> list[Problem]:
    """What is wrong with the operators."""
    problems: list[Problem] = []
    for op in graph.ops:
        if malformed := [*operand_problems(op)]:
            problems.extend(malformed)
        elif op.kind in OPS:
            problems.extend(OPS[op.kind].problems(graph, op))
        else:
            problems.append(Problem(where(op), "this operator is not supported"))
    return problems


def plan(graph: Graph, options: EngineOptions) -> EnginePlan:
    """RAM, flash and the memory plan; ModelError when the graph is not supported."""
    lowered, batch = _lower(graph, options)
    names = tuple(step.name for step in lowered.steps)
    totals = live_bytes([placement.buffer for placement in lowered.plan.placements])
    peak = totals.index(max(totals)) if totals else 0
    return EnginePlan(
        arena_bytes=max(
            it.plan.arena_bytes for it in (lowered, batch.lowered if batch else lowered)
        ),
        weight_bytes=table_bytes(lowered),
        memory=lowered.plan,
        step_names=names,
        peak_step=names[peak] if names else "",
        removals=lowered.removals,
        state_bytes=sum(state.value.bytes for state in lowered.states),
        batch=WINDOWS if batch else 1,
    )


def emit(graph: Graph, options: EngineOptions) -> SourceTree:
    """`model/` and the kernels it calls; ModelError when the graph is not supported."""
    lowered, batch = _lower(graph, options)
    return emit_model(graph, options, lowered, batch=batch)


@lru_cache(maxsize=1)
def _lower(graph: Graph, options: EngineOptions) -> tuple[Lowered, Batch | None]:
    """One window, and a batch where there is one. A build plans and emits the same graph."""
    refuse(supports(graph), graph.name)
    lowered = lower(graph, options)
    return lowered, _lower_batch(graph, options, lowered)


def _lower_batch(graph: Graph, options: EngineOptions, single: Lowered) -> Batch | None:
    """None where it would need tables of its own, beside those of a single window."""
    wide = batched(graph, options)
    if wide is None:
        return None
    lowered = lower(wide, options)
    return None if table_bytes(single, lowered) > table_bytes(single) else Batch(wide, lowered)


AOT = Engine(
    "aot",
    supports,
    plan,
    emit,
    operators=OPS,
    options=frozenset({"per_layer", "profile", "no_prune"}),
    roundings=("double", "single"),
)
