# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ARG_MAX, ARG_MIN, CUMSUM and L2_NORMALIZATION: operators along one axis."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.moving import numbers
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_SUFFIXES = {DType.INT8: "s8", DType.FLOAT32: "f32"}
_COST = 8  # instructions per input
_CUMSUM_COST = 60
_CUMSUM_SHIFT = 20
_NEEDS = "needs one activation input, a constant axis of it and one output"
_MOST_DEPTH = 2**15
"""Squares of so many differences of int8 fit 31 bits."""


def _axis(graph: Graph, op: Op, x: Tensor) -> int:
    """The axis counted from the first one; OperandsError where it is not known or not there."""
    found = (len(x.shape) - 1,) if len(op.inputs) == 1 else numbers(graph.tensors[op.inputs[1]])
    if found is None or len(found) != 1 or not -len(x.shape) <= found[0] < len(x.shape):
        raise checks.OperandsError(_NEEDS)
    return found[0] % len(x.shape)


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, float32; a constant axis.

    L2_NORMALIZATION: along the last axis, to int8 with scale 1/128 and zero point 0.

    ARG_MAX, ARG_MIN: int32 outputs.
    """
    x, out = checks.in_and_out(graph, op, 0 if op.kind == "L2_NORMALIZATION" else 1, _NEEDS)
    axis = _axis(graph, op, x)
    picks = op.kind in ("ARG_MAX", "ARG_MIN")
    if x.dtype not in _SUFFIXES or out.dtype is not (DType.INT32 if picks else x.dtype):
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""
        return
    shape = x.shape[:axis] + x.shape[axis + 1 :] if picks else x.shape
    if out.shape != shape or not x.elements:
        yield f"output {list(out.shape)} does not follow from {list(x.shape)}", ""
    if x.dtype is DType.INT8:
        yield from checks.scale_reasons(x, *(() if picks else (out,)))
        yield from _quant_reasons(op, x, out)


def _quant_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if (
        x.quant is None
        or out.quant is None
        or x.quant.axis is not None
        or out.quant.axis is not None
    ):
        return
    if op.kind == "L2_NORMALIZATION":
        if (out.scale, out.zero_point) != (1 / 128, 0):
            yield "an output without scale 1/128 and zero point 0 is not supported", ""
        if x.shape[-1] > _MOST_DEPTH:
            yield f"rows of more than {_MOST_DEPTH} values are not supported", ""
    if op.kind == "CUMSUM" and not 0 < _cumsum_factor(x, out) < 1:
        yield "the output's scale is too small for the input's", ""


def _cumsum_factor(x: Tensor, out: Tensor) -> float:
    """In double (CalculateOpData of cumsum.cc)."""
    return 2 * x.scale / (float(2**_CUMSUM_SHIFT) * out.scale)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """One portable kernel."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    axis = _axis(graph, op, x)
    along: Fields = (
        ("outer", math.prod(x.shape[:axis])),
        ("size", x.shape[axis]),
        ("inner", math.prod(x.shape[axis + 1 :])),
    )
    struct, fields, cost = "mcugen_along_t", along, _COST
    if op.kind == "CUMSUM":
        struct, fields, cost = "mcugen_cumsum_t", _cumsum_fields(op, x, out, along), _CUMSUM_COST
    elif op.kind == "L2_NORMALIZATION":
        zero_point = x.zero_point if x.dtype is DType.INT8 and x.quant else 0
        rows = x.elements // x.shape[-1]
        struct = "mcugen_l2_normalization_t"
        fields = (("rows", rows), ("depth", x.shape[-1]), ("zero_point", zero_point))
    kernel = Kernel(
        f"mcugen_{op.kind.lower()}_{_SUFFIXES[x.dtype]}", struct, "reduce.h", "reduce.c"
    )

    in_place = op.kind not in ("ARG_MAX", "ARG_MIN")
    return (one_call(kernel, fields, cost * x.elements, in_place=in_place),)


def _cumsum_fields(op: Op, x: Tensor, out: Tensor, along: Fields) -> Fields:
    zero_points, by = (0, 0), (0, 0)
    if x.dtype is DType.INT8:
        zero_points = x.zero_point, out.zero_point
        by = quantize_multiplier(_cumsum_factor(x, out))
    return (
        *((f"along.{name}", value) for name, value in along),
        ("exclusive", int(op.options.get("exclusive", False))),
        ("reverse", int(op.options.get("reverse", False))),
        ("in_zero_point", zero_points[0]),
        ("in_by", list_text(quantize_multiplier(0.5))),
        ("by", list_text(by)),
        ("zero_point", zero_points[1]),
    )


OPERATOR = Operator(checks.as_problems(reasons), variants)
