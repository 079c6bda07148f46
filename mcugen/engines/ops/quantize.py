# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE: int8 to int8 by a table, float32 to int8 and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.checks import (
    INT8_HINT,
    Reason,
    factor_reasons,
    int8_reasons,
    one_to_one,
    to_problems,
)
from mcugen.engines.ops.shared.moving import renamings
from mcugen.engines.ops.unary import (
    INPUTS,
    lookup_variant,
    requantize,
    same_shape_reasons,
)
from mcugen.model.ir import DType, Graph, Op, Problem, Quant, Tensor

_QUANTIZE_COST = 25  # instructions per value
_DEQUANTIZE_COST = 8


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """QUANTIZE: float32 to int8, and int8 to int8.

    DEQUANTIZE: int8 to float32.
    """
    tensors = one_to_one(graph, op)
    if tensors is None:
        return to_problems(op, [("needs one activation input and one output", "")])
    x, out = tensors
    types = (x.dtype, out.dtype)
    if op.kind == "DEQUANTIZE":
        reasons = [*_type_reasons(types, {DType.INT8: DType.FLOAT32}), *int8_reasons(x)]
    else:
        known = {DType.INT8: DType.INT8, DType.FLOAT32: DType.INT8}
        reasons = [*_type_reasons(types, known), *int8_reasons(out)]
    if not reasons and types == (DType.INT8, DType.INT8):
        reasons = [*int8_reasons(x)] or [*factor_reasons(_factor(x, out))]
    return to_problems(op, [*reasons, *same_shape_reasons(x, out)])


def _type_reasons(types: tuple[DType, DType], known: dict[DType, DType]) -> Iterator[Reason]:
    if known.get(types[0]) is not types[1]:
        yield f"{types[0].value} to {types[1].value} is not supported", INT8_HINT


def _quant(tensor: Tensor) -> Quant:
    assert tensor.quant is not None
    return tensor.quant


def _factor(x: Tensor, out: Tensor) -> float:
    """In double (PrepareQuantizeReference)."""
    return _quant(x).scale / _quant(out).scale


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """QUANTIZE: A loop for float32, a lookup for int8; no code where the quantisation stays.

    DEQUANTIZE: A loop.
    """
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.kind == "DEQUANTIZE":
        return (_float_variant("dequantize", _DEQUANTIZE_COST, x, _quant(x)),)
    if x.dtype is DType.FLOAT32:
        return (_float_variant("quantize", _QUANTIZE_COST, x, _quant(out)),)
    if x.quant == out.quant:
        return renamings(x)
    scaled = requantize(INPUTS - _quant(x).zero_point, _factor(x, out))  # Requantize
    outputs = np.clip(scaled + _quant(out).zero_point, -128, 127).astype(np.int8)
    return (lookup_variant(op.kind, x, outputs),)


def _float_variant(stem: str, cost: int, x: Tensor, quant: Quant) -> Variant:
    kernel = Kernel(f"mcugen_{stem}", "mcugen_quantize_t", "quantize_float.h", "quantize_float.c")
    fields = (
        ("count", x.elements),
        ("scale", c_float(quant.scale)),
        ("zero_point", quant.zero_point),
    )

    def build(operands: Operands) -> tuple[Call, ...]:
        return (Call(kernel, fields, (*operands.inputs, *operands.outputs)),)

    # The first element of int8 ends before the second one of float32 begins, and so on.
    in_place = ((0, 0),) if stem == "quantize" else ()
    return Variant((Layout.NATIVE,), (Layout.NATIVE,), cost * x.elements, build, in_place=in_place)


OPERATOR = Operator(problems, variants)
