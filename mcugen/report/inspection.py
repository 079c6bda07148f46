# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What `mcugen inspect` knows of a model, as values: costs, memory, engines, boards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mcugen.boards import Board
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.errors import ModelError
from mcugen.export.project import check_fit
from mcugen.memory import graph_buffers, live_bytes, plan_memory
from mcugen.model.check import check_graph
from mcugen.model.cost import macs, weight_bytes
from mcugen.model.ir import Graph, Op, Problem


@dataclass(frozen=True, slots=True)
class Layer:
    """One operator and what it costs; a constant that two layers share counts in both."""

    op: Op
    macs: int
    weight_bytes: int


@dataclass(frozen=True, slots=True)
class EngineVerdict:
    """Whether an engine takes the model: its plan, or the problems."""

    name: str
    problems: tuple[Problem, ...]
    plan: EnginePlan | None


@dataclass(frozen=True, slots=True)
class BoardVerdict:
    """Whether the model fits a board: `reason` is empty when it does.

    `engine` made the figures; None when no engine takes the model and only its tensors count.
    """

    board: Board
    engine: str | None
    flash_bytes: int
    ram_bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """All of it. `plan` is that of the bare graph, one buffer per activation."""

    graph: Graph
    layers: tuple[Layer, ...]
    macs: int
    weight_bytes: int
    problems: tuple[Problem, ...]
    plan: EnginePlan
    engines: tuple[EngineVerdict, ...]
    boards: tuple[BoardVerdict, ...]


def inspect_graph(
    graph: Graph, engines: Mapping[str, Engine], boards: Iterable[Board]
) -> Inspection:
    """Judges the model by every engine and every board; never fails on a sound Graph."""
    layers = tuple(Layer(op, macs(graph, op), weight_bytes(graph, [op])) for op in graph.ops)
    plan = plan_graph(graph)
    verdicts = tuple(_try_engine(engine, graph, EngineOptions()) for engine in engines.values())
    able = next((engines[v.name] for v in verdicts if v.plan is not None), None)
    return Inspection(
        graph=graph,
        layers=layers,
        macs=sum(layer.macs for layer in layers),
        weight_bytes=plan.weight_bytes,
        problems=tuple(check_graph(graph)),
        plan=plan,
        engines=verdicts,
        boards=tuple(_try_board(board, able, graph, plan) for board in boards),
    )


def plan_graph(graph: Graph) -> EnginePlan:
    """What the graph needs without any engine: its constants and its live tensors."""
    memory = plan_memory(graph_buffers(graph))
    totals = live_bytes([p.buffer for p in memory.placements])
    steps = tuple(f"op {op.index} {op.kind}" for op in graph.ops)
    peak = steps[totals.index(max(totals))] if steps and totals else "the input"
    return EnginePlan(memory.arena_bytes, weight_bytes(graph, graph.ops), memory, steps, peak)


def _try_engine(engine: Engine, graph: Graph, options: EngineOptions) -> EngineVerdict:
    problems = tuple(engine.supports(graph))
    if problems:
        return EngineVerdict(engine.name, problems, None)
    try:
        return EngineVerdict(engine.name, (), engine.plan(graph, options))
    except ModelError as error:
        return EngineVerdict(engine.name, (Problem("model", error.what, error.hint),), None)


def _try_board(
    board: Board, engine: Engine | None, graph: Graph, bare_plan: EnginePlan
) -> BoardVerdict:
    plan = bare_plan
    if engine is not None:
        plan = _try_engine(engine, graph, EngineOptions(isa=board.isa)).plan or bare_plan
    try:
        check_fit(plan, board)
        reason = ""
    except ModelError as error:
        reason = error.what
    name = engine.name if engine is not None else None
    return BoardVerdict(board, name, plan.weight_bytes, plan.arena_bytes, reason)
