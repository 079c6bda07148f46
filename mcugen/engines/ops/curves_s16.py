# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH of int16, or of float32 by elementwise.py."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import elementwise
from mcugen.engines.ops.shared.checks import Reason, one_to_one, scale_reasons, to_problems
from mcugen.engines.ops.shared.lstm_layer import curve
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

_COST = 30  # instructions per value
_MVE_COST = 10
_UNIT = 3 * 2**12  # steps of the curve in 1
_MOST = 32767  # of a multiplier
_OUTPUT_SCALE = 2.0**-15


def _is_int16(graph: Graph, op: Op) -> bool:
    tensors = one_to_one(graph, op)
    return tensors is not None and all(t.dtype is DType.INT16 for t in tensors)


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int16 with zero points 0 and an output with scale 1/32768, float32."""
    if not _is_int16(graph, op):
        return elementwise.problems(graph, op)
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    reasons = [*scale_reasons(x, out), *same_shape_reasons(x, out)]
    return to_problems(op, reasons or _scale_reasons(x, out))


def _scale_reasons(x: Tensor, out: Tensor) -> Iterator[Reason]:
    assert x.quant is not None and out.quant is not None
    if x.quant.zero_point or out.quant.zero_point:
        yield "int16 with a zero point other than 0 is not supported", ""
    if out.quant.scale != _OUTPUT_SCALE:
        yield "an output without scale 1/32768 is not supported", ""
    elif not 0 < _position(x)[0] <= _MOST:
        yield f"the input's scale {x.quant.scale:.9g} is not supported", ""


def _position(x: Tensor) -> tuple[int, int]:
    """(multiplier, right shift) to the curve's steps (CalculateArithmeticOpDataLogistic)."""
    assert x.quant is not None
    power = math.log2(x.quant.scale)
    if power == -12:
        return 3, 0
    multiplier, shift = x.quant.scale * _UNIT, 0
    while multiplier <= _MOST / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    return int(multiplier), shift


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel or one for Helium, in place."""
    if not _is_int16(graph, op):
        return elementwise.variants(graph, op, options)
    x = graph.tensors[op.inputs[0]]
    multiplier, shift = _position(x)
    suffix, cost = ("_mve", _MVE_COST) if "mve" in options.isa else ("", _COST)
    kernel = Kernel(
        f"mcugen_{op.kind.lower()}_s16{suffix}_curve",
        "mcugen_curves_s16_t",
        "curves_s16.h",
        f"curves_s16{suffix}.c",
    )
    fields = (
        ("curve", Table("curve", curve(), "slope and left end of the lines of curve.h")),
        ("count", x.elements),
        ("multiplier", multiplier),
        ("shift", shift),
    )
    return (one_call(kernel, fields, cost * x.elements, in_place=True),)


OPERATOR = Operator(problems, variants)
