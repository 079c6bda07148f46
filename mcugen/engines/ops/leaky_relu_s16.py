# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LEAKY_RELU and RELU of int16, or of float32 by elementwise.py."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.scales import INT16_RANGE, quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import elementwise
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.checks import factor_reasons, one_to_one, scale_reasons, to_problems
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

_KERNEL = Kernel("mcugen_leaky_relu_s16", "mcugen_leaky_relu_s16_t", "linear_s16.h", "linear_s16.c")
_COST = 25  # instructions per value


def _is_int16(graph: Graph, op: Op) -> bool:
    tensors = one_to_one(graph, op)
    return tensors is not None and all(t.dtype is DType.INT16 for t in tensors)


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int16, float32; scales whose ratio fits the integers of TFLite."""
    if not _is_int16(graph, op):
        return elementwise.problems(graph, op)
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    reasons = [*scale_reasons(x, out), *same_shape_reasons(x, out)]
    if not reasons:
        above, below = _factors(op, x, out)
        reasons += factor_reasons(above, abs(below), bits=16)
    return to_problems(op, reasons)


def _factors(op: Op, x: Tensor, out: Tensor) -> tuple[float, float]:
    """For x >= 0 and below, in double as the tflite-micro wheel computes them (CalculateOpDataLeakyRelu,
    CalculateReluOpData)."""
    assert x.quant is not None and out.quant is not None
    alpha = op.options.get("alpha", 0.0) if op.kind == "LEAKY_RELU" else 1.0
    return x.quant.scale / out.quant.scale, x.quant.scale * alpha / out.quant.scale


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel, in place."""
    if not _is_int16(graph, op):
        return elementwise.variants(graph, op, options)
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    assert x.quant is not None and out.quant is not None
    above, below = _factors(op, x, out)
    low = INT16_RANGE[0] if op.kind == "LEAKY_RELU" else out.quant.zero_point
    fields = (
        ("count", x.elements),
        ("in_zero_point", x.quant.zero_point),
        ("above", list_text(quantize_multiplier(above))),
        ("below", list_text(quantize_multiplier(abs(below)))),
        ("below_sign", -1 if below < 0 else 1),
        ("zero_point", out.quant.zero_point),
        ("low", low),
    )

    return (one_call(_KERNEL, fields, _COST * x.elements, in_place=True),)


OPERATOR = Operator(problems, variants)
