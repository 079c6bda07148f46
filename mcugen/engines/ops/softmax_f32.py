# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX and LOG_SOFTMAX of float32."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import DType, Graph, Op

_COST = 120  # instructions per value: an exponential of the C library


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """float32."""
    x, out = checks.in_and_out(graph, op)
    yield from same_shape_reasons(x, out)
    if x.dtype is not DType.FLOAT32 or out.dtype is not DType.FLOAT32:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""
    if not x.shape:
        yield "a scalar has no row", ""


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
    checks.as_problems(reasons),
    variants,
    "equals TFLite Micro in all but the last bits, which are the C library's",
)
