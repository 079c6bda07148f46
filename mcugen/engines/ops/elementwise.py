# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Functions of one value in float32, and LOGICAL_NOT."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import lookup_variant, same_shape_reasons
from mcugen.model.ir import DType, Graph, Op

_KERNEL = Kernel("mcugen_unary", "mcugen_unary_t", "arithmetic.h", "arithmetic.c")
_COST = 40  # instructions per value; those of the C library differ

LIBRARY = frozenset(("COS", "ELU", "EXP", "LOG", "LOGISTIC", "SIN", "TANH"))
"""Operators whose float32 results are those of the C library, which differ in the last bits."""
_EXACT = (
    *("ABS", "CEIL", "FLOOR", "HARD_SWISH", "LEAKY_RELU", "NEG", "RELU"),
    *("RELU6", "ROUND", "RSQRT", "SQRT", "SQUARE"),
)
KINDS = frozenset((*_EXACT, *LIBRARY, "LOGICAL_NOT"))
_NOT = np.where(np.arange(-128, 128) == 0, 1, 0).astype(np.int8)


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """A function of each value.

    ABS, CEIL, COS, ELU, EXP, FLOOR, HARD_SWISH, LEAKY_RELU, LOG, LOGISTIC, NEG, RELU, RELU6, ROUND,
    RSQRT, SIN, SQRT, SQUARE, TANH: float32.

    LOGICAL_NOT: bool.
    """
    x, out = checks.in_and_out(graph, op)
    yield from same_shape_reasons(x, out)
    wanted = DType.BOOL if op.kind == "LOGICAL_NOT" else DType.FLOAT32
    if (x.dtype, out.dtype) != (wanted, wanted):
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """One call of a C function per value, in place."""
    x = graph.tensors[op.inputs[0]]
    if op.kind == "LOGICAL_NOT":
        return (lookup_variant(op.kind, x, _NOT),)
    fields = (
        ("function", f"mcugen_{op.kind.lower()}_f32"),
        ("count", x.elements),
        ("alpha", c_float(op.options.get("alpha", 0.0))),
    )

    return (one_call(_KERNEL, fields, _COST * x.elements, in_place=True),)


OPERATOR = Operator(
    checks.as_problems(reasons),
    variants,
    "equals TFLite Micro; where the C library computes, in all but the last bits",
)
