# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""REDUCE_MAX, REDUCE_MIN, REDUCE_ALL, SUM; MEAN of other types than int8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.mean import (
    NEEDS_AXES,
    axes_text,
    divided_bits,
    factor_of,
    merged_axes,
    requantisation,
    shape_reasons,
    summed_axes,
)
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_KERNEL = Kernel("mcugen_reduce", "mcugen_reduce_t", "reduce.h", "reduce.c")
_COST = 7  # instructions per input
_OUTPUT_COST = 40

_EXTREMES = {DType.INT8: "s8", DType.FLOAT32: "f32"}
_FUNCTIONS: Mapping[str, Mapping[DType, str]] = {
    "MEAN": {DType.INT16: "sum_s16", DType.FLOAT32: "sum_f32"},
    "REDUCE_ALL": {DType.BOOL: "all_bool"},
    "REDUCE_MAX": {dtype: f"max_{suffix}" for dtype, suffix in _EXTREMES.items()},
    "REDUCE_MIN": {dtype: f"min_{suffix}" for dtype, suffix in _EXTREMES.items()},
    "SUM": {DType.INT8: "sum_s8", DType.INT16: "sum_s16", DType.FLOAT32: "sum_f32"},
}
_QUANTISED = (DType.INT8, DType.INT16)


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """Constant axes.

    REDUCE_MAX, REDUCE_MIN: int8 of one quantisation, float32.

    SUM: int8, int16, float32.

    MEAN: int16, float32.

    REDUCE_ALL: bool.
    """
    x, out = checks.in_and_out(graph, op, 1, NEEDS_AXES)
    axes = graph.tensors[op.inputs[1]]
    found = [*_type_reasons(op, x, out), *shape_reasons(op, x, axes, out)]
    if not found and _is_sum(op, x):
        count = x.elements // max(out.elements, 1)
        bits = (count << 8 * x.dtype.bytes).bit_length()
        if op.kind == "MEAN":
            bits -= divided_bits(x, out, summed_axes(x, axes))
        found += checks.factor_reasons(factor_of(x, out), bits=bits)
    return found


def _type_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if x.dtype not in _FUNCTIONS[op.kind] or out.dtype is not x.dtype:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""
    elif x.dtype in _QUANTISED:
        yield from checks.scale_reasons(x, out)
        if not _is_sum(op, x):
            yield from checks.same_quantisation_reasons(x, out)
    if not x.elements:
        yield f"shape {list(x.shape)} has no elements", ""


def _is_sum(op: Op, x: Tensor) -> bool:
    return op.kind in ("SUM", "MEAN") and x.dtype in _QUANTISED


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """One portable kernel."""
    x, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    (out,) = graph.output_tensors(op)
    summed = summed_axes(x, axes)
    merged = merged_axes(x, summed)
    count = x.elements // out.elements
    by, offset, zero_point = (0, 0), 0, 0
    if _is_sum(op, x):
        is_mean = op.kind == "MEAN"
        by = requantisation(x, out, summed) if is_mean else quantize_multiplier(factor_of(x, out))
        offset, zero_point = -x.zero_point * count, out.zero_point
    fields = (
        ("function", f"mcugen_reduce_{_FUNCTIONS[op.kind][x.dtype]}"),
        ("kept", axes_text([axis for axis in merged if axis.kept])),
        ("summed", axes_text([axis for axis in merged if not axis.kept])),
        ("in_bytes", x.dtype.bytes),
        ("out_bytes", out.dtype.bytes),
        ("count", c_float(float(count if op.kind == "MEAN" else 1))),
        ("offset", offset),
        ("by", list_text(by)),
        ("zero_point", zero_point),
    )

    cost = _COST * x.elements + _OUTPUT_COST * out.elements
    return (one_call(_KERNEL, fields, cost),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
