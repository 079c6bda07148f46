# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MUL of int8 operands, repeated or constant ones included; portable."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.broadcast import Pair, pair_of, pair_reasons, pair_variant, requant_text
from mcugen.engines.ops.checks import (
    activation_reasons,
    factor_reasons,
    fused_activation,
    to_problems,
)
from mcugen.engines.quantize import activation_range
from mcugen.engines.steps import Operator, Variant
from mcugen.model.ir import Graph, Op, Problem

_COST = 35  # instructions per element
_PRODUCT_BITS = 16


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """Everything but int8 operands that can be repeated to the output's shape."""
    pair = pair_of(graph, op)
    if pair is None:
        return to_problems(op, [("needs two inputs, one of them computed, and one output", "")])
    reasons = [*pair_reasons(pair), *activation_reasons(fused_activation(op), pair.out)]
    return to_problems(op, reasons or factor_reasons(_factor(pair), bits=_PRODUCT_BITS))


def _factor(pair: Pair) -> float:
    """In double, from the model's first input on (CalculateOpDataMul)."""
    a, b, out = pair.scales
    return a * b / out


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """The portable kernel."""
    pair = pair_of(graph, op)
    assert pair is not None and pair.out.quant is not None
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    low, high = activation_range(fused_activation(op), pair.out.quant)
    fields = (
        ("zero_point_a", zero_point_a),
        ("zero_point_b", zero_point_b),
        ("by", requant_text(_factor(pair))),
        ("zero_point", zero_point),
        ("low", low),
        ("high", high),
    )
    return (pair_variant(pair, "mul", fields, _COST),)


OPERATOR = Operator(problems, variants)
