# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Convolutions and FULLY_CONNECTED as what they have in common: weighted sums of input channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import activation_range, quantize_multiplier
from mcugen.engines.ops import OPS
from mcugen.engines.ops.shared.convolution import Convolution, read_convolution
from mcugen.model.ir import DType, Graph, Op

Int64s = NDArray[np.int64]

CHANNEL_AXIS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0}
"""Of the weights: the axis of the output channels."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Output channel o is the sum over taps t and i of weights[o, t, i] * input channel reads[o, i]
    less the zero point, plus the bias, requantised and clamped.

    `padded`: some outputs see the real 0 outside the image instead.
    """

    weights: Int64s  # [channels, taps, depth]
    reads: NDArray[np.intp]  # [channels, depth]
    bias: Int64s
    multipliers: Int64s
    shifts: Int64s
    in_zero_point: int
    zero_point: int
    low: int
    high: int
    padded: bool


def read_sums(graph: Graph, op: Op) -> Sums | None:
    """The op's sums; None for other operators, of float32, and for those that the engine refuses."""
    if op.kind not in CHANNEL_AXIS or any(OPS[op.kind].problems(graph, op)):
        return None
    if graph.tensors[op.inputs[0]].dtype is DType.FLOAT32:
        return None
    if op.kind == "FULLY_CONNECTED":
        return _fully_connected(graph, op)
    layer = read_convolution(graph, op, CHANNEL_AXIS[op.kind])
    channels, *_, depth = layer.weights.shape
    first = np.arange(channels) * layer.filter.in_channels // channels // depth * depth
    return Sums(
        weights=layer.weights.astype(np.int64).reshape(channels, -1, depth),
        reads=first[:, np.newaxis] + np.arange(depth),
        bias=layer.bias.astype(np.int64),
        multipliers=layer.requant[:, 0].astype(np.int64),
        shifts=layer.requant[:, 1].astype(np.int64),
        in_zero_point=layer.in_zero_point,
        zero_point=layer.zero_point,
        low=layer.low,
        high=layer.high,
        padded=_is_padded(layer),
    )


def _is_padded(layer: Convolution) -> bool:
    """Whether the filter reaches outside the image anywhere."""
    f = layer.filter
    below = (f.out_height - 1) * f.stride_y + (f.height - 1) * f.dilation_y - f.pad_top
    right = (f.out_width - 1) * f.stride_x + (f.width - 1) * f.dilation_x - f.pad_left
    return f.pad_top > 0 or f.pad_left > 0 or below >= f.in_height or right >= f.in_width


def _fully_connected(graph: Graph, op: Op) -> Sums | None:
    """None where rows of weights do not see whole pixels."""
    x, weights, *rest = graph.input_tensors(op)
    (out,) = graph.output_tensors(op)
    assert x is not None and weights is not None and weights.data is not None
    rows, depth = weights.shape
    channels = x.shape[-1] if x.shape else 1
    if depth % channels or out.shape[-1:] != (rows,):
        return None
    bias = rest[0] if rest else None
    factors = [x.scale * scale / out.scale for scale in weights.known_quant.scales]
    requant = np.array([quantize_multiplier(factor) for factor in factors], np.int64)
    activation = op.fused_activation
    low, high = activation_range(activation, out.known_quant)
    return Sums(
        weights=weights.data.astype(np.int64).reshape(rows, 1, depth),
        reads=np.broadcast_to(np.arange(depth) % channels, (rows, depth)),
        bias=np.zeros(rows, np.int64)
        if bias is None or bias.data is None
        else bias.data.astype(np.int64).reshape(-1),
        multipliers=np.broadcast_to(requant[:, 0], rows),
        shifts=np.broadcast_to(requant[:, 1], rows),
        in_zero_point=x.zero_point,
        zero_point=out.zero_point,
        low=low,
        high=high,
        padded=False,
    )
