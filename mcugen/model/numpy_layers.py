# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Layers in NumPy that round the same way with either `--rounding`.

Each follows the reference kernel of TFLite that it names; TFLite Micro answers alike, and so does
LiteRT 2.3 with XNNPACK.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.model.fixed_point import (
    divide_by_power,
    exp_of_negative,
    multiply_high,
    one_over_one_plus,
)
from mcugen.model.ir import DType, Graph, Op, Tensor

Int64s = NDArray[np.int64]

Values = Mapping[int, NDArray[Any]]
"""Activations [N, *shape] and constants [1, *shape] by tensor index."""


def quantize_multiplier(scale: float) -> tuple[int, int]:
    """(multiplier, shift) with scale = multiplier * 2^(shift - 31) and multiplier in Q0.31.

    TFLite's QuantizeMultiplier: scales below 2^-32 become 0.
    """
    fraction, shift = math.frexp(scale)
    multiplier = math.floor(fraction * 2.0**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def requantize_double(acc: Int64s, multiplier: Int64s | int, shift: Int64s | int) -> Int64s:
    """A doubling high multiply that rounds, then a right shift that rounds half away from zero."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    product = (acc << left) * multiplier
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    # C's division truncates towards zero; an arithmetic shift would round down.
    high = np.where(product + nudge >= 0, (product + nudge) >> 31, -((-(product + nudge)) >> 31))
    mask = (np.int64(1) << right) - 1
    threshold = (mask >> 1) + (high < 0)
    return np.asarray((high >> right) + ((high & mask) > threshold), np.int64)


_LIMITS: Mapping[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0, None),
    "RELU6": (0, 6),
    "RELU_N1_TO_1": (-1, 1),
}


def activation_range(output: Tensor, activation: str) -> tuple[int, int]:
    """int8 limits of a fused activation (CalculateActivationRangeQuantized)."""
    if activation not in _LIMITS:
        raise ModelError(f"fused {activation} has no int8 reference")
    quant = output.known_quant
    low, high = (
        None if x is None else quant.zero_point + _half_away(x / np.float32(quant.scale))
        for x in _LIMITS[activation]
    )
    return max(-128, -128 if low is None else low), min(127, 127 if high is None else high)


def _half_away(value: np.floating[Any]) -> int:
    return int(np.copysign(np.floor(abs(value) + 0.5), value))


def knows(graph: Graph, op: Op) -> bool:
    """Whether run_layer takes an operator: int8 with a scale per tensor."""
    if op.kind not in _LAYERS or len(op.outputs) != 1:
        return False
    return all(
        t.dtype is DType.INT8 and t.quant is not None and t.quant.axis is None
        for t in (*_operands(graph, op), *graph.output_tensors(op))
    )


def run_layer(graph: Graph, op: Op, values: Values) -> NDArray[Any]:
    """The int8 output [N, *shape] of an operator that `knows` says yes to."""
    given = [values[t.index] for t in _operands(graph, op)]
    (output,) = graph.output_tensors(op)
    return _LAYERS[op.kind](graph, op, given).astype(np.int8).reshape(-1, *output.shape)


def _operands(graph: Graph, op: Op) -> list[Tensor]:
    """The inputs that have values: not the shape of a RESHAPE."""
    count = 2 if op.kind in _OF_TWO else 1
    return [t for t in graph.input_tensors(op)[:count] if t is not None]


def _aligned(graph: Graph, op: Op, given: list[NDArray[Any]]) -> list[Int64s]:
    """Operands with the axes of the output, [N, *shape]."""
    rank = 1 + len(graph.tensors[op.outputs[0]].shape)
    return [
        value.reshape(len(value), *(1,) * (rank - value.ndim), *value.shape[1:]).astype(np.int64)
        for value in given
    ]


def _centred(graph: Graph, op: Op, given: list[NDArray[Any]]) -> list[Int64s]:
    """Operands less their zero points."""
    pairs = zip(_aligned(graph, op, given), _operands(graph, op), strict=True)
    return [value - tensor.zero_point for value, tensor in pairs]


def _finished(graph: Graph, op: Op, values: Int64s, factor: float) -> Int64s:
    """Scaled to the output and clamped."""
    (output,) = graph.output_tensors(op)
    scaled = requantize_double(values, *quantize_multiplier(factor)) + output.zero_point
    limits = activation_range(output, op.fused_activation)
    return np.asarray(np.clip(scaled, *limits))


def _scales(graph: Graph, op: Op) -> list[float]:
    """Of the operands and of the output."""
    return [t.scale for t in (*_operands(graph, op), *graph.output_tensors(op))]


def _sum(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_integer_ops::Add and reference_ops::Sub: both operands on the scale 2 * the larger one
    / 2^20. Factors are computed in double for ADD, in float32 for SUB."""
    real: type[np.floating[Any]] = np.float64 if op.kind == "ADD" else np.float32
    a, b, out = (real(scale) for scale in _scales(graph, op))
    twice = real(2) * max(a, b)
    one, two = (
        requantize_double(value << 20, *quantize_multiplier(float(scale / twice)))
        for value, scale in zip(_centred(graph, op, given), (a, b), strict=True)
    )
    total = one + two if op.kind == "ADD" else one - two
    return _finished(graph, op, total, float(twice / (real(2**20) * out)))


def _product(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_integer_ops::Mul."""
    (one, two), (a, b, out) = _centred(graph, op, given), _scales(graph, op)
    return _finished(graph, op, one * two, a * b / out)


def _prelu(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_ops::BroadcastPrelu4DSlow."""
    (x, alpha), (x_scale, alpha_scale, out) = _centred(graph, op, given), _scales(graph, op)
    above = _finished(graph, op, x + 0 * alpha, x_scale / out)
    return np.where(x >= 0, above, _finished(graph, op, x * alpha, x_scale * alpha_scale / out))


def _extreme(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_ops::MaximumMinimumBroadcastSlow: nothing is rescaled."""
    choose = np.maximum if op.kind == "MAXIMUM" else np.minimum
    return np.asarray(choose(*_aligned(graph, op, given)))


def _clamp(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """A fused activation by itself; input and output have one quantisation."""
    (output,) = graph.output_tensors(op)
    return np.clip(given[0], *activation_range(output, op.kind))


def _average(window: Int64s) -> Int64s:
    """Over the pixels, to the nearest, half away from zero."""
    sums, count = window.sum(axis=(1, 2)), window.shape[1] * window.shape[2]
    return np.asarray(np.sign(sums) * ((np.abs(sums) + count // 2) // count))


def _largest(window: Int64s) -> Int64s:
    return np.asarray(window.max(axis=(1, 2)))


def _pool(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_integer_ops::AveragePool and MaxPool: the pixels of a window within the image."""
    (source,), (output,) = _operands(graph, op), graph.output_tensors(op)
    images = given[0].astype(np.int64).reshape(-1, *source.shape[1:])
    reduce = _average if op.kind == "AVERAGE_POOL_2D" else _largest
    rows, columns = (
        _spans(source.shape[axis], output.shape[axis], op.options[f"filter_{name}"], stride)
        for axis, name, stride in (
            (1, "height", op.options["stride_h"]),
            (2, "width", op.options["stride_w"]),
        )
    )
    pooled = np.stack([reduce(images[:, row, column]) for row in rows for column in columns], 1)
    return np.clip(pooled, *activation_range(output, op.fused_activation))


def _spans(size: int, count: int, window: int, stride: int) -> list[slice]:
    """What `count` windows see along an axis, SAME padding before the image (none if VALID)."""
    pad = max(0, (count - 1) * stride + window - size) // 2
    starts = [i * stride - pad for i in range(count)]
    return [slice(max(start, 0), min(start + window, size)) for start in starts]


def _reshape(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    return given[0]


_SUM_BITS = 12
"""Integer bits of a sum of exponentials."""


def _softmax(graph: Graph, op: Op, given: list[NDArray[Any]]) -> NDArray[Any]:
    """reference_ops::Softmax, in gemmlowp's fixed point with 5 integer bits."""
    (source,) = _operands(graph, op)
    factor = min(op.options["beta"] * source.scale * 2.0**26, 2.0**31 - 1)
    multiplier, left = quantize_multiplier(factor)
    values = given[0].astype(np.int64)
    below = values - values.max(axis=-1, keepdims=True)
    counts = below >= -(31 * 2**26 // 2**left)  # CalculateInputRadius
    scaled = multiply_high(np.where(counts, below, 0) << left, multiplier)
    powers = exp_of_negative(scaled, 5)
    summed = np.where(counts, divide_by_power(powers, _SUM_BITS), 0).sum(axis=-1, keepdims=True)
    zeros = 32 - np.frexp(summed.astype(np.float64))[1].astype(np.int64)  # leading zeros of 32 bits
    shares = multiply_high(one_over_one_plus((summed << zeros) - 2**31), powers)
    made = divide_by_power(shares, _SUM_BITS - zeros + 31 - 8) - 128
    return np.where(counts, np.clip(made, -128, 127), -128)


_LAYERS: Mapping[str, Callable[[Graph, Op, list[NDArray[Any]]], NDArray[Any]]] = {
    "ADD": _sum,
    "AVERAGE_POOL_2D": _pool,
    "EXPAND_DIMS": _reshape,
    "MAXIMUM": _extreme,
    "MAX_POOL_2D": _pool,
    "MINIMUM": _extreme,
    "MUL": _product,
    "PRELU": _prelu,
    "RELU_N1_TO_1": _clamp,
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
    "SQUEEZE": _reshape,
    "SUB": _sum,
}

_OF_TWO = frozenset(("ADD", "MAXIMUM", "MINIMUM", "MUL", "PRELU", "SUB"))
"""Operators of two operands, which broadcast."""
