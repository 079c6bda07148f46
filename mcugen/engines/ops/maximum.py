# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM of equally quantised int8 operands; portable."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.broadcast import pair_of, pair_reasons, pair_variant
from mcugen.engines.ops.checks import same_quantisation_reasons, to_problems
from mcugen.engines.steps import Operator, Variant
from mcugen.model.ir import Graph, Op, Problem

_COST = 9  # instructions per element


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """Everything but equally quantised int8 operands: TFLite compares without rescaling."""
    pair = pair_of(graph, op)
    if pair is None:
        return to_problems(op, [("needs two inputs, one of them computed, and one output", "")])
    reasons = [*pair_reasons(pair)]
    return to_problems(op, reasons or same_quantisation_reasons(pair.a, pair.b, pair.out))


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """The portable kernel."""
    pair = pair_of(graph, op)
    assert pair is not None
    return (pair_variant(pair, op.kind.lower(), (), _COST, params="maximum"),)


OPERATOR = Operator(problems, variants)
