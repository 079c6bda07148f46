# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RELU, RELU6, RELU_N1_TO_1, LEAKY_RELU, HARD_SWISH, ABS, RSQRT and ELU: a table of the 256 outputs.

Tables are computed with the arithmetic of TFLite Micro's kernels, cited at each function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import activation_range, quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.fixed_point import (
    Raw,
    divide_by_power,
    inverse_square_root,
    multiply_by,
    multiply_high,
)
from mcugen.model.ir import Graph, Op, Tensor

_COST = 4  # instructions per value
_KERNEL = Kernel("mcugen_lookup", "mcugen_lookup_t", "lookup.h", "lookup.c")
INPUTS = np.arange(-128, 128)
"""Inputs of a table."""


@dataclass(frozen=True, slots=True)
class _Function:
    """The outputs for INPUTS, and the quantisations that are not supported."""

    outputs: Callable[[Op, Tensor, Tensor], Raw]
    reasons: Callable[[Op, Tensor, Tensor], Iterable[checks.Reason]]


def requantize(values: Raw, factor: float) -> Raw:
    """MultiplyByQuantizedMultiplier of TFLite with a factor that is not negative."""
    multiplier, shift = quantize_multiplier(factor)
    return divide_by_power(multiply_high(values << max(shift, 0), multiplier), max(-shift, 0))


def _ratio(x: Tensor, out: Tensor, by: float = 1.0) -> float:
    """by * x.scale / out.scale in double, as the tflite-micro wheel computes it. TFLite Micro up to August
    2026 computes it in float32, which moves an output of one pair of scales in about 10,000 by one."""
    return x.scale * by / out.scale


def _ratio_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    return checks.factor_reasons(_ratio(x, out))


def _relu(op: Op, x: Tensor, out: Tensor) -> Raw:
    """ReluQuantized."""
    scaled = out.zero_point + requantize(INPUTS - x.zero_point, _ratio(x, out))
    return np.clip(scaled, out.zero_point, 127)


def _clamped(op: Op, x: Tensor, out: Tensor) -> Raw:
    """Relu6Quantized, and the like with other bounds: nothing is rescaled."""
    return np.clip(INPUTS, *activation_range(op.kind, x.known_quant))


def _clamped_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    """Only one quantisation is defined: TFLite Micro ignores the output's scale, TFLite does not."""
    yield from checks.same_quantisation_reasons(x, out)
    yield from checks.activation_reasons(op.kind, out)


def _leaky_relu(op: Op, x: Tensor, out: Tensor) -> Raw:
    """QuantizeLeakyRelu; alpha may be negative."""
    alpha, centred = op.options["alpha"], INPUTS - x.zero_point
    below = requantize(centred, abs(_ratio(x, out, alpha))) * (-1 if alpha < 0 else 1)
    scaled = np.where(centred >= 0, requantize(centred, _ratio(x, out)), below)
    return np.clip(out.zero_point + scaled, -128, 127)


def _leaky_relu_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    alpha = op.options.get("alpha", 0.0)
    return checks.factor_reasons(_ratio(x, out), abs(_ratio(x, out, alpha)))


_RELU_ISH = 3 / 32768
"""Scale at which 3.0 (where hard-swish becomes linear) just exceeds int16."""

_INT16 = (-(2**15), 2**15 - 1)


def _hard_swish_factors(x: Tensor, out: Tensor) -> tuple[tuple[int, int], tuple[int, int]]:
    """(16-bit multiplier, shift) to the output's scale and to that of the ramp.

    In double, as the tflite-micro wheel divides. TFLite Micro up to August 2026 divides in float32: of one
    pair of scales in about 1,000 the quotient is then just half way between two multipliers.
    """
    fine = x.scale / 128
    to_out, to_ramp = (quantize_multiplier(fine / scale) for scale in (out.scale, _RELU_ISH))
    return (_upper_half(to_out[0]), to_out[1]), (_upper_half(to_ramp[0]), to_ramp[1])


def _upper_half(multiplier: int) -> int:
    """DownScaleInt32ToInt16Multiplier."""
    return min((multiplier + 2**15) >> 16, _INT16[1])


def _multiply_high_16(a: Raw, b: int) -> Raw:
    """SaturatingRoundingDoublingHighMul over int16."""
    return (a * b + 2**14) >> 15


def _hard_swish(op: Op, x: Tensor, out: Tensor) -> Raw:
    """HardSwish of hard_swish.h, int16 throughout."""
    (out_multiplier, out_shift), (ramp_multiplier, ramp_shift) = _hard_swish_factors(x, out)
    fine = (INPUTS - x.zero_point) << 7
    ramp = np.clip(fine << max(ramp_shift - 1, 0), *_INT16)
    ramp = _multiply_high_16(ramp, ramp_multiplier)
    if ramp_shift > 0:
        ramp = np.clip(ramp << 1, *_INT16)
    ramp = divide_by_power(ramp, max(-ramp_shift, 0))  # -1 to 1
    product = ((ramp + 2**15) >> 1) * _multiply_high_16(fine, out_multiplier)
    truncated = np.sign(product) * (np.abs(product) >> 15)
    return np.clip(divide_by_power(truncated, -out_shift) + out.zero_point, -128, 127)


def _hard_swish_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    (_, out_shift), (_, ramp_shift) = _hard_swish_factors(x, out)
    if not (-15 <= out_shift <= 0 and -15 <= ramp_shift <= 16):
        yield f"scales {x.scale:.9g} to {out.scale:.9g} are not supported", ""


def _abs(op: Op, x: Tensor, out: Tensor) -> Raw:
    """AbsEvalQuantized."""
    distance = np.abs(INPUTS - x.zero_point)
    scaled = distance if x.scale == out.scale else requantize(distance, _ratio(x, out))
    return np.clip(scaled + out.zero_point, -128, 127)


_RSQRT_SHIFT = 20


def _rsqrt_factor(x: Tensor, out: Tensor) -> float:
    """SetRsqrtOutputMultiplier, in double as the tflite-micro wheel computes it."""
    return 1 / (math.sqrt(x.scale) * out.scale)


def _rsqrt(op: Op, x: Tensor, out: Tensor) -> Raw:
    """RsqrtEvalQuantized; TFLite Micro stops at negative values, here they are as 0."""
    multiplier, shift = quantize_multiplier(_rsqrt_factor(x, out))
    outputs = np.full(256, 127)
    for place, value in enumerate(INPUTS - x.zero_point):
        if value > 0:
            by, right = inverse_square_root(int(value))
            data = multiply_by(1, by, right + _RSQRT_SHIFT)
            outputs[place] = multiply_by(data, multiplier, shift - _RSQRT_SHIFT) + out.zero_point
    return np.clip(outputs, -128, 127)


def _rsqrt_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if not -31 < quantize_multiplier(_rsqrt_factor(x, out))[1] - _RSQRT_SHIFT < 10:
        yield f"scales {x.scale:.9g} to {out.scale:.9g} are not supported", ""


def _elu(op: Op, x: Tensor, out: Tensor) -> Raw:
    """PopulateLookupTable: float32 throughout, std::exp of the C library."""
    values = np.float32(x.scale) * (INPUTS - x.zero_point).astype(np.float32)
    exponential = np.exp(np.minimum(values, 0).astype(np.float64)).astype(np.float32)
    curve = np.where(values < 0, exponential - np.float32(1), values)
    inverse = np.float32(1) / np.float32(out.scale)
    scaled = (curve * inverse).astype(np.float64)
    rounded = np.trunc(scaled + np.copysign(0.5, scaled)) + out.zero_point
    clamped: Raw = np.clip(rounded, -128, 127).astype(np.int64)
    return clamped


def _no_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    return iter(())


_FUNCTIONS: Mapping[str, _Function] = {
    "ABS": _Function(_abs, _ratio_reasons),
    "ELU": _Function(_elu, _no_reasons),
    "RSQRT": _Function(_rsqrt, _rsqrt_reasons),
    "HARD_SWISH": _Function(_hard_swish, _hard_swish_reasons),
    "LEAKY_RELU": _Function(_leaky_relu, _leaky_relu_reasons),
    "RELU": _Function(_relu, _ratio_reasons),
    "RELU6": _Function(_clamped, _clamped_reasons),
    "RELU_N1_TO_1": _Function(_clamped, _clamped_reasons),
}


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; scales whose ratio fits the integers of TFLite.

    RELU6, RELU_N1_TO_1: input and output of one quantisation (TFLite Micro and TFLite differ on others).
    """
    x, out = checks.in_and_out(graph, op)
    found = [*checks.int8_reasons(x, out), *same_shape_reasons(x, out)]
    return found or _FUNCTIONS[op.kind].reasons(op, x, out)


def same_shape_reasons(x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    """An element-wise operator that changes the number of elements."""
    if x.elements != out.elements:
        yield f"output {list(out.shape)} does not follow from {list(x.shape)}", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A lookup per value, in place."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    outputs = _FUNCTIONS[op.kind].outputs(op, x, out)
    return (lookup_variant(op.kind, x, outputs.astype(np.int8)),)


def lookup_variant(kind: str, x: Tensor, outputs: NDArray[np.int8]) -> Variant:
    """Replaces every value of `x` by that of a table for INPUTS."""
    table = Table("table", outputs, f"{kind} of -128..127")
    fields = (("table", table), ("count", x.elements))
    variant = one_call(_KERNEL, fields, _COST * x.elements, in_place=True)
    return replace(variant, lookup=outputs)


OPERATOR = Operator(checks.as_problems(reasons), variants)
RELU_N1_TO_1 = Operator(
    checks.as_problems(reasons), variants, "the clamp it is defined as; TFLite Micro has none"
)
ELU = Operator(
    checks.as_problems(reasons),
    variants,
    "equals TFLite Micro, whose table is made with the C library's exp",
)
