# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One operator out of two: the kernel that is tuned for int8, and another for other types."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps

from mcugen.engines.aot.variants import Operator, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import DType, Graph, Op, Problem


def or_else(own: Operator, other: Operator) -> Operator:
    """`own` where the first activation is int8, `other` elsewhere."""

    def chosen(graph: Graph, op: Op) -> Operator:
        types = [tensor.dtype for tensor in activations(graph, op)] or [DType.INT8]
        return own if types[0] is DType.INT8 else other

    @wraps(own.problems)
    def problems(graph: Graph, op: Op) -> Iterable[Problem]:
        return chosen(graph, op).problems(graph, op)

    @wraps(own.variants)
    def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
        return chosen(graph, op).variants(graph, op, options)

    problems.__doc__ = f"{own.problems.__doc__}\n\n{other.problems.__doc__}"
    return Operator(problems, variants, own.exactness)
