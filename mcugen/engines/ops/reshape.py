# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RESHAPE, SQUEEZE, EXPAND_DIMS: the same values under another shape, so no code."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.variants import Operator, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.moving import renamings
from mcugen.model.check import where
from mcugen.model.ir import Graph, Op, Problem


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """Any type; the output's shape is the one stored in the file."""
    given, made = activations(graph, op), graph.output_tensors(op)
    if len(given) != 1 or len(made) != 1 or op.inputs[0] != given[0].index:
        yield Problem(where(op), "needs one activation input, a constant shape and one output")
    elif (given[0].elements, given[0].dtype) != (made[0].elements, made[0].dtype):
        yield Problem(where(op), f"turns {given[0].elements} elements into {made[0].elements}")


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """No code: row-major values do not depend on the shape."""
    (given,) = activations(graph, op)
    return renamings(given)


OPERATOR = Operator(problems, variants)
