# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One operator out of two: the kernel that is tuned for int8, and another for other types."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps

from mcugen.engines.aot.variants import Operator, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import DType, Graph, Op, Problem


def or_else(own: Operator, other: Operator, floats: Operator | None = None) -> Operator:
    """`own` where the first activation is int8, `floats` where it is float32, `other` elsewhere."""

    def chosen(graph: Graph, op: Op) -> Operator:
        types = [tensor.dtype for tensor in activations(graph, op)] or [DType.INT8]
        if types[0] is DType.FLOAT32 and floats is not None:
            return floats
        return own if types[0] is DType.INT8 else other

    @wraps(own.problems)
    def problems(graph: Graph, op: Op) -> Iterable[Problem]:
        return chosen(graph, op).problems(graph, op)

    @wraps(own.variants)
    def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
        return chosen(graph, op).variants(graph, op, options)

    rows = dict.fromkeys(row for row in (own, other, floats) if row is not None)
    problems.__doc__ = "\n\n".join(f"{row.problems.__doc__}" for row in rows)
    return Operator(problems, variants, own.exactness)
