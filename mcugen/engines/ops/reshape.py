# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RESHAPE, SQUEEZE, EXPAND_DIMS: the same values under another shape, so no code."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.variants import Operator, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.moving import renamings
from mcugen.model.ir import Graph, Op


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """Any type; the output's shape is the one stored in the file."""
    given, made = activations(graph, op), graph.output_tensors(op)
    if len(given) != 1 or len(made) != 1 or op.inputs[0] != given[0].index:
        raise checks.OperandsError("needs one activation input, a constant shape and one output")
    if (given[0].elements, given[0].dtype) != (made[0].elements, made[0].dtype):
        yield f"turns {given[0].elements} elements into {made[0].elements}", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """No code: row-major values do not depend on the shape."""
    (given,) = activations(graph, op)
    return renamings(given)


OPERATOR = Operator(checks.as_problems(reasons), variants)
