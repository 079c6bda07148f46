# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine `benchmark_model`: the board's own tool runs the file, whatever is in it; nothing is generated."""

from __future__ import annotations

from mcugen.codegen.tree import SourceTree
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.memory import MemoryPlan
from mcugen.model.ir import Graph, Problem


def supports(_graph: Graph) -> tuple[Problem, ...]:
    """Whatever can be read: the tool on the board judges it."""
    return ()


def plan(graph: Graph, _options: EngineOptions) -> EnginePlan:
    """The file; its interpreter's memory is only known on the board."""
    return EnginePlan(
        0, graph.file_bytes, MemoryPlan((), 0, 0), (), "", uncounted="the interpreter"
    )


def emit(_graph: Graph, _options: EngineOptions) -> SourceTree:
    """Nothing: the bundle holds the file."""
    return {}


ENGINE = Engine("benchmark_model", supports, plan, emit, runs_file=True)
