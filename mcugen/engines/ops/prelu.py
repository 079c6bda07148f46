# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""PRELU: int8 with slopes for negative values that broadcast to the input's shape; portable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import Pair, requant_text
from mcugen.model.ir import Graph, Op

_COST = 50  # instructions per element
_KERNEL = Kernel("mcugen_prelu", "mcugen_prelu_t", "prelu.h", "prelu.c")
_PRODUCT_BITS = 16


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; the slopes broadcast to the input's shape."""
    pair = Pair.of(graph, op)
    if pair.swapped:
        raise checks.OperandsError("needs an activation input, slopes and one output")
    return [*pair.reasons()] or _factor_reasons(pair)


def _factor_reasons(pair: Pair) -> Iterator[checks.Reason]:
    above, below = _factors(pair)
    yield from checks.factor_reasons(above)
    yield from checks.factor_reasons(below, bits=_PRODUCT_BITS)


def _factors(pair: Pair) -> tuple[float, float]:
    """Of x and of alpha * x, in double (CalculatePreluParams)."""
    x, alpha, out = pair.scales
    return x / out, x * alpha / out


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    pair = Pair.of(graph, op)
    zero_point_x, zero_point_alpha, zero_point = pair.zero_points
    above, below = _factors(pair)
    fields = (
        ("zero_point_x", zero_point_x),
        ("zero_point_alpha", zero_point_alpha),
        ("above", requant_text(above)),
        ("below", requant_text(below)),
        ("zero_point", zero_point),
    )
    return (pair.variant(_KERNEL, fields, _COST),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
