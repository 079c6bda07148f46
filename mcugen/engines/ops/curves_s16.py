# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH of int16."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.lstm_layer import curve
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.unary import same_shape_reasons
from mcugen.model.ir import Graph, Op, Tensor

_COST = 30  # instructions per value
_MVE_COST = 10
_UNIT = 3 * 2**12  # steps of the curve in 1
_MOST = 32767  # of a multiplier
_OUTPUT_SCALE = 2.0**-15


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int16 with zero points 0 and an output with scale 1/32768."""
    x, out = checks.in_and_out(graph, op)
    found = [*checks.int16_reasons(x, out), *same_shape_reasons(x, out)]
    return found or _scale_reasons(x, out)


def _scale_reasons(x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if x.zero_point or out.zero_point:
        yield "int16 with a zero point other than 0 is not supported", ""
    if out.scale != _OUTPUT_SCALE:
        yield "an output without scale 1/32768 is not supported", ""
    elif not 0 < _position(x)[0] <= _MOST:
        yield f"the input's scale {x.scale:.9g} is not supported", ""


def _position(x: Tensor) -> tuple[int, int]:
    """(multiplier, right shift) to the curve's steps (CalculateArithmeticOpDataLogistic)."""
    power = math.log2(x.scale)
    if power == -12:
        return 3, 0
    multiplier, shift = x.scale * _UNIT, 0
    while multiplier <= _MOST / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    return int(multiplier), shift


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel or one for Helium, in place."""
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


OPERATOR = Operator(checks.as_problems(reasons), variants)
