# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX and LOG_SOFTMAX of float32."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.checks import one_to_one, to_problems
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import DType, Graph, Op, Problem

_COST = 120  # instructions per value: an exponential of the C library


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """float32."""
    tensors = one_to_one(graph, op)
    if tensors is None:
        return to_problems(op, [("needs one activation input and one output", "")])
    x, out = tensors
    reasons = [*same_shape_reasons(x, out)]
    if x.dtype is not DType.FLOAT32 or out.dtype is not DType.FLOAT32:
        reasons.append((f"{x.dtype.value} to {out.dtype.value} is not supported", ""))
    if not x.shape:
        reasons.append(("a scalar has no row", ""))
    return to_problems(op, reasons)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel with the C library's exp and log, in place."""
    x = graph.tensors[op.inputs[0]]
    name = f"mcugen_{op.kind.lower()}_f32"
    kernel = Kernel(name, "mcugen_softmax_f32_t", "softmax_f32.h", "softmax_f32.c")
    fields = (
        ("rows", x.elements // x.shape[-1]),
        ("depth", x.shape[-1]),
        ("beta", c_float(op.options.get("beta", 1.0))),
    )

    return (one_call(kernel, fields, _COST * x.elements, in_place=True),)


OPERATOR = Operator(
    problems, variants, "equals TFLite Micro in all but the last bits, which are the C library's"
)
