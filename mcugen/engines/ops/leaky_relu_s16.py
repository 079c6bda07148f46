# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LEAKY_RELU and RELU of int16."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.scales import INT16_RANGE, quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import Graph, Op, Tensor

_KERNEL = Kernel("mcugen_leaky_relu_s16", "mcugen_leaky_relu_s16_t", "linear_s16.h", "linear_s16.c")
_COST = 25  # instructions per value


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int16; scales whose ratio fits the integers of TFLite."""
    x, out = checks.in_and_out(graph, op)
    found = [*checks.int16_reasons(x, out), *same_shape_reasons(x, out)]
    if found:
        return found
    above, below = _factors(op, x, out)
    return checks.factor_reasons(above, abs(below), bits=16)


def _factors(op: Op, x: Tensor, out: Tensor) -> tuple[float, float]:
    """For x >= 0 and below, in double as the tflite-micro wheel computes them (CalculateOpDataLeakyRelu,
    CalculateReluOpData)."""
    alpha = op.options.get("alpha", 0.0) if op.kind == "LEAKY_RELU" else 1.0
    return x.scale / out.scale, x.scale * alpha / out.scale


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel, in place."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    above, below = _factors(op, x, out)
    low = INT16_RANGE[0] if op.kind == "LEAKY_RELU" else out.zero_point
    fields = (
        ("count", x.elements),
        ("in_zero_point", x.zero_point),
        ("above", list_text(quantize_multiplier(above))),
        ("below", list_text(quantize_multiplier(abs(below)))),
        ("below_sign", -1 if below < 0 else 1),
        ("zero_point", out.zero_point),
        ("low", low),
    )

    return (one_call(_KERNEL, fields, _COST * x.elements, in_place=True),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
