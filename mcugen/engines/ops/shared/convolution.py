# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What convolutions share: geometry, integers of the layer, checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import (
    LARGEST_FACTOR,
    activation_range,
    channel_requant,
    quantize_multiplier,
)
from mcugen.engines.aot.variants import Fields, is_activation
from mcugen.engines.contract import Rounding
from mcugen.engines.ops.shared import checks
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.model.numpy_graph import ROUNDINGS

_UINT16_MAX = 65535

PAD_TOP, PAD_LEFT = "mcugen_pad_top", "mcugen_pad_left"
"""Options of convolutions that pad otherwise than SAME and VALID: passes/padding.py writes them."""


@dataclass(frozen=True, slots=True)
class Filter:
    """How a filter slides over an image: mcugen_filter_t of runtime/kernels/filter.h."""

    batches: int
    in_height: int
    in_width: int
    in_channels: int
    out_height: int
    out_width: int
    out_channels: int
    height: int
    width: int
    stride_y: int
    stride_x: int
    dilation_y: int
    dilation_x: int
    pad_top: int
    pad_left: int

    @property
    def positions(self) -> int:
        """Output pixels of all batches."""
        return self.batches * self.out_height * self.out_width

    def fields(self) -> Fields:
        """Initialisers of the struct's member `filter`."""
        return tuple((f"filter.{name}", getattr(self, name)) for name in self.__slots__)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """The op as integers; `weights` has the output channels first, as [channels, ky, kx, depth]."""

    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    requant: NDArray[np.int32]  # [channels, 2]: multiplier, shift
    filter: Filter
    in_zero_point: int
    zero_point: int
    low: int
    high: int
    comment: str

    @property
    def taps(self) -> int:
        """Multiplications per output."""
        return int(self.weights[0].size)

    @property
    def macs(self) -> int:
        """Multiplications of the whole layer."""
        return self.filter.positions * self.weights.size


def reasons(graph: Graph, op: Op, channel_axis: int) -> Iterator[checks.Reason]:
    """Why a convolution is not int8 with constant symmetric weights, or its shapes do not match.

    `channel_axis` is the weights' dimension of the output channels.
    """
    x, weights, bias = _inputs(graph, op)
    outputs = graph.output_tensors(op)
    if x is None or not is_activation(x) or weights is None or len(outputs) != 1:
        yield "needs an activation input, weights and one output", ""
        return
    out = outputs[0]
    unfit = [*checks.int8_reasons(x, out), *_weights_reasons(weights, channel_axis)]
    yield from unfit
    yield from checks.activation_reasons(op.fused_activation, out)
    if bias is not None and (bias.data is None or bias.dtype is not DType.INT32):
        yield "the bias must be a constant int32 tensor", ""
    if not unfit and max(_factors(x, weights, out, 1)) >= LARGEST_FACTOR:
        yield "the output's scale is too small for those of input and weights", ""
    yield from _shape_reasons(op, x, weights, bias, out, channel_axis)


def _weights_reasons(weights: Tensor, channel_axis: int) -> Iterator[checks.Reason]:
    """Weights that are no constants, or of another type or quantisation than the kernels compute."""
    if weights.data is None:
        yield "weights computed at run time are not supported", ""
    if weights.dtype is not DType.INT8:
        yield f"{weights.dtype.value} weights are not supported", checks.INT8_HINT
    if weights.quant is None or weights.quant.axis not in (None, channel_axis):
        yield "weights must be quantised per tensor or per output channel", ""
    elif any(weights.quant.zero_points):
        yield "weights with a zero point other than 0 are not supported", ""


def _shape_reasons(
    op: Op, x: Tensor, weights: Tensor, bias: Tensor | None, out: Tensor, channel_axis: int
) -> Iterator[checks.Reason]:
    """Ranks, sizes and strides that do not match."""
    shapes = f"input {list(x.shape)}, weights {list(weights.shape)}, output {list(out.shape)}"
    if not len(x.shape) == len(weights.shape) == len(out.shape) == 4:
        yield f"{shapes}: all must have 4 dimensions", ""
        return
    steps = _steps(op)
    channels = weights.shape[channel_axis]
    if min(steps) < 1:
        yield "strides and dilations must be at least 1", ""
    elif 0 in (x.elements, weights.elements, out.elements):
        yield f"{shapes}: nothing to compute", ""
    elif max(*x.shape, *weights.shape, *out.shape, *steps, *_reach(op, weights)) > _UINT16_MAX:
        yield f"{shapes}: a size is larger than {_UINT16_MAX}", ""
    elif op.options.get("padding") not in ("SAME", "VALID"):
        yield "padding must be SAME or VALID", ""
    elif PAD_TOP not in op.options and not _fit(op, x, weights, out, channel_axis):
        yield f"{shapes}: the output does not follow from the other two", ""
    if bias is not None and bias.elements != channels:
        yield f"{bias.elements} biases do not fit {channels} channels", ""


def _step(op: Op, name: str) -> int:
    return int(op.options.get(name, 1))


def _reach(op: Op, weights: Tensor) -> tuple[int, int]:
    """Pixels from the first to the last one that a filter sees, down and across."""
    return (
        (weights.shape[1] - 1) * _step(op, "dilation_h_factor") + 1,
        (weights.shape[2] - 1) * _step(op, "dilation_w_factor") + 1,
    )


def _strides(op: Op) -> tuple[int, int]:
    return _step(op, "stride_h"), _step(op, "stride_w")


def _steps(op: Op) -> list[int]:
    """Strides, then dilations, down and across."""
    return [*_strides(op), _step(op, "dilation_h_factor"), _step(op, "dilation_w_factor")]


def _fit(op: Op, x: Tensor, weights: Tensor, out: Tensor, channel_axis: int) -> bool:
    """Whether the shapes are those of TFLite's ComputeOutSize."""
    image, positions = _roles(op, x, out)
    sizes = []
    for size, reach, stride in zip(
        image.shape[1:3], _reach(op, weights), _strides(op), strict=True
    ):
        room = size if op.options["padding"] == "SAME" else size - reach + 1
        sizes.append(-(-room // stride))
    batches_and_channels = (x.shape[0], weights.shape[channel_axis])
    return positions.shape[1:3] == tuple(sizes) and batches_and_channels == (
        out.shape[0],
        out.shape[3],
    )


def _roles(op: Op, x: Tensor, out: Tensor) -> tuple[Tensor, Tensor]:
    """(image that the filter slides over, positions it takes): reversed if it is transposed."""
    return (out, x) if op.kind == "TRANSPOSE_CONV" else (x, out)


def _padding(op: Op, x: Tensor, weights: Tensor, out: Tensor) -> list[int]:
    """Pixels above and left of the image: TFLite's ComputePaddingWithOffset."""
    image, positions = _roles(op, x, out)
    sizes = zip(
        image.shape[1:3], positions.shape[1:3], _reach(op, weights), _strides(op), strict=True
    )
    return [max(0, (n - 1) * stride + reach - size) // 2 for size, n, reach, stride in sizes]


def own_padding(graph: Graph, op: Op) -> tuple[int, int]:
    """Pixels that the operator itself puts above and left of its image."""
    if PAD_TOP in op.options:
        return int(op.options[PAD_TOP]), int(op.options[PAD_LEFT])
    x, weights, _ = _inputs(graph, op)
    (out,) = graph.output_tensors(op)
    assert x is not None and weights is not None
    top, left = _padding(op, x, weights, out)
    return top, left


def _inputs(graph: Graph, op: Op) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """Input, weights, bias; the bias may be absent in two ways."""
    given = (*graph.input_tensors(op), None, None, None, None)
    if op.kind == "TRANSPOSE_CONV":  # the first one is the shape of the output
        return given[2], given[1], given[3]
    return given[0], given[1], given[2]


def read_convolution(graph: Graph, op: Op, channel_axis: int) -> Convolution:
    """The integers of an op that has no problems."""
    x, weights, bias = _inputs(graph, op)
    (out,) = graph.output_tensors(op)
    assert x is not None and weights is not None and weights.data is not None
    channels = weights.shape[channel_axis]
    offsets = np.zeros(channels, np.int32) if bias is None or bias.data is None else bias.data
    low, high = activation_range(op.fused_activation, out.known_quant)
    quant = weights.known_quant
    scale_text = f"scale {quant.scale:.9g}" if quant.axis is None else "one scale per channel"
    return Convolution(
        weights=weights.data if channel_axis == 0 else weights.data.transpose(3, 1, 2, 0),
        bias=offsets.astype(np.int32).reshape(-1),
        requant=np.array(
            [quantize_multiplier(f) for f in _factors(x, weights, out, channels)], np.int32
        ),
        filter=Filter(
            *x.shape,
            *out.shape[1:],
            *weights.shape[1:3],
            *_steps(op),
            *list(own_padding(graph, op)),
        ),
        in_zero_point=x.zero_point,
        zero_point=out.zero_point,
        low=low,
        high=high,
        comment=f'"{weights.name}" {list(weights.shape)}, {scale_text}',
    )


def _factors(x: Tensor, weights: Tensor, out: Tensor, channels: int) -> list[float]:
    """Real factors from sum to output: one per channel, in double also where they are the same.

    PopulateConvolutionQuantizationParams of TFLite.
    """
    quant = weights.known_quant
    scales = quant.scales if quant.axis is not None else (quant.scale,) * channels
    return [x.scale * scale / out.scale for scale in scales]


def range_fields(layer: Convolution) -> Fields:
    """The last members of the portable kernels' structs."""
    return (
        ("in_zero_point", layer.in_zero_point),
        ("zero_point", layer.zero_point),
        ("low", layer.low),
        ("high", layer.high),
    )


def lay_down(layer: Convolution) -> Convolution:
    """The same as rows: an image and a filter of one column, turned by 90 degrees, so that
    neighbouring positions are in one row. The bytes are the same."""
    f = layer.filter
    if (f.in_width, f.out_width, f.width, f.pad_left) != (1, 1, 1, 0):
        return layer
    turned = replace(
        f,
        in_height=1,
        in_width=f.in_height,
        out_height=1,
        out_width=f.out_height,
        height=1,
        width=f.height,
        stride_y=1,
        stride_x=f.stride_y,
        dilation_y=1,
        dilation_x=f.dilation_y,
        pad_top=0,
        pad_left=f.pad_top,
    )
    return replace(layer, weights=layer.weights.swapaxes(1, 2), filter=turned)


# --- for the DSP kernels ------------------------------------------------------------------------


def modulo_int32(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """Sums are modulo 2^32, here as in C."""
    return values.astype(np.uint32).view(np.int32)


def folded_bias(layer: Convolution) -> NDArray[np.int32]:
    """The bias that makes sums over plain inputs those over inputs less their zero point."""
    sums = layer.weights.reshape(len(layer.weights), -1).astype(np.int64).sum(axis=1)
    return modulo_int32(layer.bias.astype(np.int64) - layer.in_zero_point * sums)


def largest_sums(layer: Convolution) -> NDArray[np.int64]:
    """A bound on |sum| per output channel, whatever the inputs are."""
    sums = np.abs(layer.weights.reshape(len(layer.weights), -1).astype(np.int64)).sum(axis=1)
    return np.asarray(128 * sums + np.abs(folded_bias(layer).astype(np.int64)))


def settle_constant_channels(layer: Convolution, rounding: Rounding) -> Convolution:
    """Channels whose output is the same whatever the input: without weights, and scaled like others.

    Training drives filters to nothing; converters then give them tiny scales and huge biases, which
    the fast kernels do not take.
    """
    folded = folded_bias(layer).astype(np.int64)
    reach = largest_sums(layer) - np.abs(folded)
    multipliers, shifts = layer.requant.astype(np.int64).T
    ends = [
        np.clip(
            ROUNDINGS[rounding](sums, multipliers, np.minimum(shifts, 0)) + layer.zero_point,
            layer.low,
            layer.high,
        )
        for sums in (folded - reach, folded + reach)
    ]
    in_int32 = np.abs(folded) + reach < 2**31
    constant = (ends[0] == ends[1]) & (shifts <= 0) & in_int32
    weights, bias, requant = layer.weights.copy(), layer.bias.copy(), layer.requant.copy()
    weights[constant] = 0
    bias[constant] = 256 * (ends[0][constant] - layer.zero_point)
    requant[constant] = (2**30, -7)  # 1 / 256
    return replace(layer, weights=weights, bias=bias, requant=requant)


def finish(layer: Convolution, rounding: Rounding, *, exact: bool) -> str:
    """Which of the kernels that finish differently, by the end of their names."""
    if exact:
        return f"exact_{rounding}"
    return "relu_double" if rounding == "double" and layer.zero_point == -128 else rounding


def writes_behind_reads(f: Filter) -> bool:
    """Whether the output may take the input's memory, where positions are computed in pairs, each
    read before it is written: none is written over what a later one reads."""
    y = np.maximum(np.arange(f.out_height) * f.stride_y - f.pad_top, 0)
    x = np.maximum(np.arange(f.out_width) * f.stride_x - f.pad_left, 0)
    batch = np.arange(f.batches) * f.in_height * f.in_width
    first = batch[:, None, None] + y[:, None] * f.in_width + x  # the first pixel each one reads
    lowest = np.minimum.accumulate(first.reshape(-1)[::-1])[::-1] * f.in_channels
    written = np.arange(0, f.positions, 2) * f.out_channels  # before each pair
    return bool(np.all(written <= lowest[::2]))


def requant_words(layer: Convolution, rounding: Rounding) -> tuple[NDArray[np.uint32], bool]:
    """Three words per channel: a mcugen_requant_s8_t and False; or, where a channel or the output's
    range needs the exact kernels, a mcugen_requant_t, 0, and True."""
    rows = [
        channel_requant(int(m), int(s), layer.zero_point, int(largest), rounding)
        for (m, s), largest in zip(layer.requant, largest_sums(layer), strict=True)
    ]
    fitting = [row for row in rows if row is not None]
    if (layer.low, layer.high) == (-128, 127) and len(fitting) == len(rows):
        return np.array(fitting, np.int32).view(np.uint32), False
    exact = np.pad(layer.requant, ((0, 0), (0, 1)))
    return np.ascontiguousarray(exact).view(np.uint32), True
