# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE: int8 to int8 by a table, float32 to int8 and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.copy_call import copy_constant_call, copy_cost, whole_of
from mcugen.engines.ops.shared.moving import renamings
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import INPUTS, lookup_variant, requantize, same_shape_reasons
from mcugen.model.ir import DType, Graph, Op, Quant, Tensor

_QUANTIZE_COST = 25  # instructions per value
_DEQUANTIZE_COST = 8


_INTEGERS = frozenset(
    {
        (DType.INT8, DType.INT8),
        (DType.INT8, DType.INT16),
        (DType.INT8, DType.INT32),
        (DType.INT8, DType.UINT8),
        (DType.UINT8, DType.INT8),
        (DType.INT16, DType.INT8),
        (DType.INT16, DType.INT16),
        (DType.INT16, DType.INT32),
        (DType.INT32, DType.INT8),
        (DType.INT32, DType.INT16),
    }
)
_TO_INTEGERS = {DType.INT8: "quantize", DType.INT16: "quantize_s16"}
_TO_FLOATS = {
    DType.INT8: "dequantize",
    DType.INT16: "dequantize_s16",
    DType.UINT8: "dequantize_u8",
}
_RANGES = {
    DType.INT8: (-128, 127),
    DType.UINT8: (0, 255),
    DType.INT16: (-(2**15), 2**15 - 1),
    DType.INT32: (-(2**31), 2**31 - 1),
}


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """QUANTIZE: float32 to int8, int16; int8, uint8, int16, int32 to one another.

    DEQUANTIZE: int8, uint8, int16 to float32.
    """
    x, out = _constant(graph, op) or checks.in_and_out(graph, op)
    quantised = [t for t in (x, out) if t.dtype is not DType.FLOAT32]
    found = [*_type_reasons(op, x.dtype, out.dtype), *checks.scale_reasons(*quantised)]
    if not found and len(quantised) == 2:
        found += checks.factor_reasons(_factor(x, out), bits=8 * x.dtype.bytes)
    return [*found, *same_shape_reasons(x, out)]


def _type_reasons(op: Op, x: DType, out: DType) -> Iterator[checks.Reason]:
    if op.kind == "DEQUANTIZE":
        known = out is DType.FLOAT32 and x in _TO_FLOATS
    else:
        known = (x, out) in _INTEGERS or (x is DType.FLOAT32 and out in _TO_INTEGERS)
    if not known:
        yield f"{x.value} to {out.value} is not supported", checks.INT8_HINT


def _constant(graph: Graph, op: Op) -> tuple[Tensor, Tensor] | None:
    """(input, output) of an int8 constant that is to have another scale or type."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 1 or len(made) != 1 or given[0] is None or given[0].data is None:
        return None
    target = DType.FLOAT32 if op.kind == "DEQUANTIZE" else DType.INT8
    fits = given[0].dtype is DType.INT8 and made[0].dtype is target
    return (given[0], made[0]) if fits else None


def _factor(x: Tensor, out: Tensor) -> float:
    """In double (PrepareQuantizeReference)."""
    return x.scale / out.scale


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A loop; a lookup for int8 to int8; nothing where the quantisation stays; a copy of a constant."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.kind == "DEQUANTIZE" and x.data is not None:
        steps = (x.data.astype(np.int32) - x.zero_point).astype(np.float32)
        return (_constant_variant(out, np.float32(x.scale) * steps),)
    if op.kind == "DEQUANTIZE":
        return (_float_variant(_TO_FLOATS[x.dtype], _DEQUANTIZE_COST, x, x.known_quant),)
    if x.dtype is DType.FLOAT32:
        return (_float_variant(_TO_INTEGERS[out.dtype], _QUANTIZE_COST, x, out.known_quant),)
    if (x.dtype, x.quant) == (out.dtype, out.quant) and x.data is None:
        return renamings(x)
    if (x.dtype, out.dtype) != (DType.INT8, DType.INT8):
        return (_integer_variant(x, out),)
    scaled = requantize(INPUTS - x.zero_point, _factor(x, out))  # Requantize
    outputs = np.clip(scaled + out.zero_point, -128, 127).astype(np.int8)
    if x.data is not None:
        return (_constant_variant(out, outputs[x.data.astype(np.int64) + 128]),)
    return (lookup_variant(op.kind, x, outputs),)


def _constant_variant(out: Tensor, values: NDArray[Any]) -> Variant:
    """The output, known before, is copied from flash."""
    block, known = whole_of(out), replace(out, data=values)

    def build(operands: Operands) -> tuple[Call, ...]:
        (target,) = operands.outputs
        return (copy_constant_call(block, known, f"{operands.name}_constant", target),)

    return Variant((), (Layout.NATIVE,), copy_cost(block, out.dtype.bytes), build)


def _integer_variant(x: Tensor, out: Tensor) -> Variant:
    kernel = Kernel(
        "mcugen_requantize_integers",
        "mcugen_requantize_integers_t",
        "quantize_float.h",
        "quantize_float.c",
    )
    low, high = _RANGES[out.dtype]
    fields = (
        ("count", x.elements),
        ("in_bytes", x.dtype.bytes),
        ("in_unsigned", int(x.dtype is DType.UINT8)),
        ("out_bytes", out.dtype.bytes),
        ("in_zero_point", x.zero_point),
        ("by", list_text(quantize_multiplier(_factor(x, out)))),
        ("out_zero_point", out.zero_point),
        ("low", low),
        ("high", high),
    )

    in_place = out.dtype.bytes <= x.dtype.bytes
    return one_call(kernel, fields, _QUANTIZE_COST * x.elements, in_place=in_place)


def _float_variant(stem: str, cost: int, x: Tensor, quant: Quant) -> Variant:
    kernel = Kernel(f"mcugen_{stem}", "mcugen_quantize_t", "quantize_float.h", "quantize_float.c")
    fields = (
        ("count", x.elements),
        ("scale", c_float(quant.scale)),
        ("zero_point", quant.zero_point),
    )

    # The first element of int8 ends before the second one of float32 begins, and so on.
    in_place = stem.startswith("quantize")
    return one_call(kernel, fields, cost * x.elements, in_place=in_place)


OPERATOR = Operator(checks.as_problems(reasons), variants)
