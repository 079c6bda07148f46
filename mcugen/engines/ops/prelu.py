# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""PRELU: int8 with slopes for negative values that broadcast to the input's shape; portable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.broadcast import (
    Pair,
    pair_of,
    pair_reasons,
    pair_variant,
    requant_text,
)
from mcugen.engines.ops.shared.checks import (
    Reason,
    factor_reasons,
    to_problems,
)
from mcugen.model.ir import Graph, Op, Problem

_COST = 50  # instructions per element
_KERNEL = Kernel("mcugen_prelu", "mcugen_prelu_t", "prelu.h", "prelu.c")
_PRODUCT_BITS = 16


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int8; the slopes broadcast to the input's shape."""
    pair = pair_of(graph, op)
    if pair is None or pair.swapped:
        return to_problems(op, [("needs an activation input, slopes and one output", "")])
    return to_problems(op, [*pair_reasons(pair)] or _factor_reasons(pair))


def _factor_reasons(pair: Pair) -> Iterator[Reason]:
    above, below = _factors(pair)
    yield from factor_reasons(above)
    yield from factor_reasons(below, bits=_PRODUCT_BITS)


def _factors(pair: Pair) -> tuple[float, float]:
    """Of x and of alpha * x, in double (CalculatePreluParams)."""
    x, alpha, out = pair.scales
    return x / out, x * alpha / out


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    pair = pair_of(graph, op)
    assert pair is not None
    zero_point_x, zero_point_alpha, zero_point = pair.zero_points
    above, below = _factors(pair)
    fields = (
        ("zero_point_x", zero_point_x),
        ("zero_point_alpha", zero_point_alpha),
        ("above", requant_text(above)),
        ("below", requant_text(below)),
        ("zero_point", zero_point),
    )
    return (pair_variant(pair, _KERNEL, fields, _COST),)


OPERATOR = Operator(problems, variants)
