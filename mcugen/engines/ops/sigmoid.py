# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LOGISTIC and TANH: a table of the 256 outputs, made by the fixed-point arithmetic of TFLite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Operator, Variant
from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.unary import lookup_variant
from mcugen.model.fixed_point import Raw, divide_by_power, logistic, multiply_high, tanh
from mcugen.model.ir import Graph, Op, Quant

_INTEGER_BITS = 4  # of the fixed-point input
_SCALES = (2.0**-28, 2.0**31)
"""Input scales from, to (excluded): beyond, TFLite shifts by less than 0 or more than 58 bits."""


@dataclass(frozen=True, slots=True)
class _Function:
    """What is computed without integer bits, and the only quantisation TFLite writes it with."""

    compute: Callable[[Raw, int], Raw]
    scale: float
    zero_point: int


_FUNCTIONS: Mapping[str, _Function] = {
    "LOGISTIC": _Function(logistic, 1 / 256, -128),
    "TANH": _Function(tanh, 1 / 128, 0),
}


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """LOGISTIC: int8; an output with scale 1/256 and zero point -128, as TFLite prescribes.

    TANH: int8; an output with scale 1/128 and zero point 0, as TFLite prescribes.
    """
    x, out = checks.in_and_out(graph, op)
    found = [*checks.int8_reasons(x, out)]
    if x.elements != out.elements:
        found.append((f"turns {x.elements} elements into {out.elements}", ""))
    return found or _scale_reasons(_FUNCTIONS[op.kind], x.known_quant, out.known_quant)


def _scale_reasons(function: _Function, x: Quant, out: Quant) -> Iterator[checks.Reason]:
    if not _SCALES[0] <= x.scale < _SCALES[1]:
        yield f"the input's scale {x.scale:.9g} is not supported", ""
    if (out.scale, out.zero_point) != (function.scale, function.zero_point):
        given = f"scale {out.scale:.9g} and zero point {out.zero_point}"
        wanted = f"scale 1/{round(1 / function.scale)} and zero point {function.zero_point}"
        yield f"an output with {given} is not supported: TFLite has {wanted}", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A lookup per value, in place."""
    x = graph.tensors[op.inputs[0]]
    return (lookup_variant(op.kind, x, output_table(op.kind, x.known_quant, options.rounding)),)


def output_table(kind: str, x: Quant, rounding: Rounding) -> NDArray[np.int8]:
    """The output for inputs -128..127, as Logistic and Tanh of reference_integer_ops."""
    function = _FUNCTIONS[kind]
    centred = np.arange(-128, 128) - x.zero_point
    multiplier, shift = quantize_multiplier(x.scale * 2.0 ** (31 - _INTEGER_BITS))
    # CalculateInputRadius: from here on the result is the largest one. Below it, nothing overflows.
    radius = math.floor((2**_INTEGER_BITS - 1) * 2.0 ** (31 - _INTEGER_BITS) / 2.0**shift)
    if radius == 0:  # steps of 8 and more
        return np.where(centred <= 0, -128, 127).astype(np.int8)
    inside = np.where(np.abs(centred) < radius, centred, 0)
    if rounding == "double":
        fixed = multiply_high(inside << shift, multiplier)
    else:
        fixed = (inside * multiplier + (1 << (30 - shift))) >> (31 - shift)
    computed = divide_by_power(
        function.compute(fixed, _INTEGER_BITS), 31 - round(-math.log2(function.scale))
    )
    values = np.clip(computed + function.zero_point, -128, 127)
    saturated = np.where(centred < 0, -128, 127)
    return np.where(np.abs(centred) < radius, values, saturated).astype(np.int8)


OPERATOR = Operator(checks.as_problems(reasons), variants)
