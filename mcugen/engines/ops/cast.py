# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CAST: numbers of one type as those of another; scales do not matter."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.moving import renamings
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import DType, Graph, Op

_KERNEL = Kernel("mcugen_cast", "mcugen_cast_t", "arithmetic.h", "arithmetic.c")
_COST = 60  # instructions per value
_KINDS = {
    DType.INT8: "SIGNED",
    DType.INT16: "SIGNED",
    DType.INT32: "SIGNED",
    DType.INT64: "SIGNED",
    DType.UINT8: "UNSIGNED",
    DType.FLOAT32: "FLOAT",
    DType.BOOL: "BOOL",
}


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, uint8, int16, int32, int64, float32, bool, from each to each."""
    x, out = checks.in_and_out(graph, op)
    for tensor in (x, out):
        if tensor.dtype not in _KINDS:
            yield f"{tensor.dtype.value} is not supported", ""
    yield from same_shape_reasons(x, out)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A loop, or no code where the type stays."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if x.dtype is out.dtype:
        return renamings(x)
    fields = (
        ("count", x.elements),
        ("from", f"MCUGEN_KIND_{_KINDS[x.dtype]}"),
        ("from_bytes", x.dtype.bytes),
        ("to", f"MCUGEN_KIND_{_KINDS[out.dtype]}"),
        ("to_bytes", out.dtype.bytes),
    )

    # Going upwards, a smaller element never reaches one that is still to be read.
    in_place = out.dtype.bytes <= x.dtype.bytes
    return (one_call(_KERNEL, fields, _COST * x.elements, in_place=in_place),)


OPERATOR = Operator(
    checks.as_problems(reasons), variants, "equals TFLite Micro for values that fit the new type"
)
