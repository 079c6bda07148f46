# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What `mcugen inspect` knows of a model, as values: costs, memory, engines, boards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

from mcugen.boards import Board
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.errors import ModelError, UserError
from mcugen.export.project import check_fit
from mcugen.memory import graph_buffers, live_bytes, plan_memory
from mcugen.model.check import check_graph
from mcugen.model.cost import macs, weight_bytes
from mcugen.model.ir import Graph, Op, Problem


@dataclass(frozen=True, slots=True)
class LayerCost:
    """One operator and what it costs; a constant that two layers share counts in both."""

    op: Op
    macs: int
    weight_bytes: int


@dataclass(frozen=True, slots=True)
class EngineVerdict:
    """Whether an engine takes the model: its plan, or problems of its own beside those of all."""

    name: str
    problems: tuple[Problem, ...]
    plan: EnginePlan | None


@dataclass(frozen=True, slots=True)
class BoardVerdict:
    """Whether the model fits a board: `reason` is empty when it does.

    `engine` made the figures; None when no engine takes the model and only its tensors count.
    `uncounted` is memory that is not in them.
    """

    board: Board
    engine: str | None
    flash_bytes: int
    ram_bytes: int
    reason: str
    uncounted: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """All of it. `problems` are those of all engines, `plan` is that of the bare graph, one buffer per
    activation."""

    graph: Graph
    layers: tuple[LayerCost, ...]
    macs: int
    weight_bytes: int
    problems: tuple[Problem, ...]
    plan: EnginePlan
    engines: tuple[EngineVerdict, ...]
    boards: tuple[BoardVerdict, ...]


def inspect_graph(
    graph: Graph,
    model_bytes: bytes,
    engines: Mapping[str, Engine],
    boards: Iterable[Board],
    layouts_of: Callable[[Board], Mapping[str, Board]] = lambda board: {},
) -> Inspection:
    """Judges the model by every engine and every board; never fails on a sound Graph.

    The first of a board's engines that takes the model makes the board's figures. `layouts_of` has the
    board with each word of `--memory`.
    """
    operators = {kind for engine in engines.values() for kind in engine.operators}
    problems = tuple(check_graph(graph, operators))
    options = EngineOptions(model_bytes=model_bytes)
    judge = partial(_try_engine, graph, problems)
    layers = tuple(LayerCost(op, macs(graph, op), weight_bytes(graph, [op])) for op in graph.ops)
    plan = plan_graph(graph)
    verdicts = tuple(judge(engine, options) for engine in engines.values())
    able = [verdict.name for verdict in verdicts if verdict.plan is not None]

    @cache
    def plan_for(engine: str, isa: frozenset[str]) -> EnginePlan:
        return judge(engines[engine], replace(options, isa=isa)).plan or plan

    def on_board(board: Board) -> BoardVerdict:
        engine = next((name for name in board.engines if name in able), None)
        its_plan = plan_for(engine, board.isa) if engine else plan
        return _try_board(board, engine, its_plan, layouts_of(board))

    return Inspection(
        graph=graph,
        layers=layers,
        macs=sum(layer.macs for layer in layers),
        weight_bytes=plan.weight_bytes,
        problems=problems,
        plan=plan,
        engines=verdicts,
        boards=tuple(map(on_board, boards)),
    )


def plan_graph(graph: Graph) -> EnginePlan:
    """What the graph needs without any engine: its constants and its live tensors."""
    memory = plan_memory(graph_buffers(graph))
    totals = live_bytes([p.buffer for p in memory.placements])
    steps = tuple(f"op {op.index} {op.kind}" for op in graph.ops)
    peak = steps[totals.index(max(totals))] if steps and totals else "the input"
    return EnginePlan(memory.arena_bytes, weight_bytes(graph, graph.ops), memory, steps, peak)


def _try_engine(
    graph: Graph, general: Collection[Problem], engine: Engine, options: EngineOptions
) -> EngineVerdict:
    """The engine's own problems, or its plan; no plan for a graph that no engine can take."""
    custom = [problem for problem in check_graph(graph, engine.operators) if problem not in general]
    told = {problem.where for problem in custom}
    own = [problem for problem in engine.supports(graph) if problem.where not in told]
    problems = (*custom, *own)
    if problems or general:
        return EngineVerdict(engine.name, problems, None)
    try:
        return EngineVerdict(engine.name, (), engine.plan(graph, options))
    except UserError as error:
        return EngineVerdict(engine.name, (Problem("model", error.what, error.hint),), None)


def _try_board(
    board: Board, engine: str | None, plan: EnginePlan, layouts: Mapping[str, Board]
) -> BoardVerdict:
    try:
        check_fit(plan, board, layouts)
        reason = ""
    except ModelError as error:
        reason = error.what
    sizes = (plan.weight_bytes, plan.arena_bytes)
    return BoardVerdict(board, engine, *sizes, reason, plan.uncounted)
