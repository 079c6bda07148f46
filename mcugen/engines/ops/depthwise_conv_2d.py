# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D: portable, with vectors, and for DSP cores over one padded plane per channel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Fields, Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, convolution, vectors
from mcugen.engines.ops.shared.convolution import Convolution, Filter
from mcugen.engines.ops.shared.one_call import late_call
from mcugen.engines.ops.shared.one_shift import short_requant
from mcugen.engines.ops.shared.portable_convolution import portable_variant
from mcugen.model.ir import Graph, Op

_CHANNEL_AXIS = 3
_PORTABLE_COST = 6.0  # instructions per multiplication
_OUTPUT_COST = 40
_DSP_COST = {"3x3": 0.9, "dsp": 1.5}  # per tap, filled up to pairs
_DSP_OUTPUT_COST = 9
_WHOLE_COST = 3  # instructions per tap and channel
_LAY_OUT_COST = 3  # per pixel of a channel
_UINT16_MAX = 65535
_PLANE_BYTES = 8192
"""Above this, the plane of a channel is split into bands of output rows."""


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; constant weights with zero point 0, per tensor or per channel; any multiplier."""
    found = [*convolution.reasons(graph, op, _CHANNEL_AXIS)]
    if not found:
        x, weights = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
        if weights.shape[0] != 1:
            found.append((f"weights {list(weights.shape)} must start with 1", ""))
        if weights.shape[3] % x.shape[3] != 0:
            what = f"{weights.shape[3]} outputs for {x.shape[3]} input channels"
            found.append((f"{what}: each must have the same number", ""))
    return found


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; one with vectors for at least 8 channels with one output each; a DSP kernel that
    lays out one padded plane per channel."""
    layer = convolution.read_convolution(graph, op, _CHANNEL_AXIS)
    outputs = layer.filter.positions * layer.filter.out_channels
    cost = int(_PORTABLE_COST * layer.macs) + _OUTPUT_COST * outputs
    portable = portable_variant(
        layer, "depthwise_conv_2d", options, lambda: _channels_last(layer), cost
    )
    plain = (portable, *vectors.depthwise_variants(layer, options))
    if "dsp" not in options.isa:
        return plain
    settled = convolution.settle_constant_channels(layer, options.rounding)
    if _covers(layer.filter) and not convolution.requant_words(settled, options.rounding)[1]:
        return (*plain, _whole(settled, options))
    f = _lying(layer.filter)
    plane = _plane(f)
    if max(plane.words, plane.pitch) > _UINT16_MAX:
        return plain
    kernel = "3x3"
    requant, finish = short_requant(settled, options)
    if not _is_3x3(f) or finish.startswith("exact"):
        kernel = "dsp"
        requant, exact = convolution.requant_words(settled, options.rounding)
        finish = convolution.finish(layer, options.rounding, exact=exact)
    pixels = f.batches * f.in_height * f.in_width * f.in_channels
    planar = late_call(
        lambda: _packed(settled, requant, f"{kernel}_{finish}"),
        int(_DSP_COST[kernel] * outputs * 2 * _weight_words(f))
        + _DSP_OUTPUT_COST * outputs
        + _LAY_OUT_COST * pixels,
        scratch_bytes=4 * (plane.words + (0 if kernel == "3x3" else _weight_words(f))),
        in_place=_works_in_place(f, plane),
    )
    return (*plain, planar)


OPERATOR = Operator(checks.as_problems(reasons), variants)

# --- portable -----------------------------------------------------------------------------------


def _channels_last(layer: Convolution) -> NDArray[np.int8]:
    return np.ascontiguousarray(layer.weights[..., 0].transpose(1, 2, 0))


# --- DSP, one output per channel ----------------------------------------------------------------


def _covers(f: Filter) -> bool:
    """Whether the filter is as large as the image, and channels come in fours."""
    same = (f.height, f.width, f.in_channels) == (f.in_height, f.in_width, f.out_channels)
    plain = (f.dilation_y, f.dilation_x, f.pad_top, f.pad_left) == (1, 1, 0, 0)
    return same and plain and f.out_height == f.out_width == 1 and f.in_channels % 4 == 0


def _whole(layer: Convolution, options: EngineOptions) -> Variant:
    return late_call(
        lambda: _packed_whole(layer, options),
        _WHOLE_COST * layer.macs,
        in_place=layer.filter.batches == 1,
    )


def _packed_whole(layer: Convolution, options: EngineOptions) -> tuple[Kernel, Fields]:
    kernel = Kernel(
        f"mcugen_depthwise_conv_2d_whole_{options.rounding}",
        "mcugen_depthwise_conv_2d_whole_t",
        "depthwise_conv_2d.h",
        "depthwise_conv_2d_whole.c",
    )
    requant, _ = convolution.requant_words(layer, options.rounding)
    fours = layer.filter.out_channels // 4
    parts = (
        convolution.folded_bias(layer).view(np.uint32).reshape(fours, -1),
        pack_fours(layer.weights.reshape(layer.filter.out_channels, -1)),
        requant.reshape(fours, -1),
    )
    stream = np.concatenate(parts, axis=1)
    comment = f"{layer.comment}, packed with all else"
    return kernel, (
        ("channels", Table("channels", stream, comment)),
        ("batches", layer.filter.batches),
        ("count", layer.filter.out_channels),
        ("taps", layer.taps),
    )


def pack_fours(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Weights [channels, taps] as words [channels / 4, taps]: see depthwise_conv_2d.h."""
    even = np.pad(weights, ((0, 0), (0, weights.shape[1] % 2)))
    pairs = even.reshape(-1, 2, 2, even.shape[1] // 2, 2)  # fours, halves, channel, two taps
    words = np.ascontiguousarray(pairs.transpose(0, 3, 1, 4, 2)).reshape(len(pairs), -1)
    return words.view("<u4").astype(np.uint32)


# --- DSP ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plane:
    """One input channel in scratch: columns per row, output rows per plane, words in all."""

    pitch: int
    band: int
    words: int


def _is_tall(f: Filter) -> bool:
    """Whether the kernels take columns for rows, because columns are longer."""
    return (f.out_height, f.in_height) > (f.out_width, f.in_width)


def _lying(f: Filter) -> Filter:
    """The filter as the kernels see it: a tall image on its side."""
    if not _is_tall(f):
        return f
    return replace(
        f,
        in_height=f.in_width,
        in_width=f.in_height,
        out_height=f.out_width,
        out_width=f.out_height,
        height=f.width,
        width=f.height,
        stride_y=f.stride_x,
        stride_x=f.stride_y,
        dilation_y=f.dilation_x,
        dilation_x=f.dilation_y,
        pad_top=f.pad_left,
        pad_left=f.pad_top,
    )


def _is_3x3(f: Filter) -> bool:
    """Whether the kernel for 3x3 takes it."""
    dilated = (f.dilation_y, f.dilation_x) != (1, 1)
    flat = f.stride_x in (1, 2) and f.out_width > 1
    return (f.height, f.width) == (3, 3) and not dilated and flat


def _reach(f: Filter) -> int:
    """Columns from the first to the last tap."""
    return (f.width - 1) * f.dilation_x + 1


def _plane(f: Filter) -> _Plane:
    """Whole where it is small, otherwise in bands of rows.

    The kernels compute up to 4 outputs of a row at once and load taps in pairs: they may read what
    comes after the last row.
    """
    columns = max((f.out_width - 1) * f.stride_x + _reach(f), f.pad_left + f.in_width)
    pitch = -(-columns // 2) * 2
    beyond = 3 * f.stride_x + 1
    for band in range(f.out_height, 0, -1):
        rows = (band - 1) * f.stride_y + (f.height - 1) * f.dilation_y + 1
        words = -(-(rows * pitch + beyond) // 2)
        if 4 * words <= _PLANE_BYTES:
            break
    return _Plane(pitch, band, words)


def _works_in_place(f: Filter, plane: _Plane) -> bool:
    """Whether an output of a channel never falls on input that is still to be read."""
    smaller = f.out_height * f.out_width <= f.in_height * f.in_width
    alone = f.batches == 1 and f.in_channels == f.out_channels
    return smaller and alone and plane.band == f.out_height


def _weight_words(f: Filter) -> int:
    """Words of a channel's weights as int16, filled up to an even number."""
    return -(-f.height * -(-_reach(f) // 2) // 2) * 2


def _packed(layer: Convolution, requant: NDArray[np.uint32], which: str) -> tuple[Kernel, Fields]:
    f = _lying(layer.filter)
    plane = _plane(f)
    is_3x3 = which.startswith("3x3")
    kernel = Kernel(
        f"mcugen_depthwise_conv_2d_{which}",
        "mcugen_depthwise_conv_2d_dsp_t",
        "depthwise_conv_2d.h",
        f"depthwise_conv_2d_{'3x3' if is_3x3 else 'dsp'}.c",
    )
    weights = layer.weights[..., 0]
    if _is_tall(layer.filter):
        weights = weights.transpose(0, 2, 1)
    taps = pack_3x3(weights) if is_3x3 else pack_taps(weights, f.dilation_x)
    starts = convolution.folded_bias(layer).view(np.uint32).reshape(-1, 1)
    stream = np.concatenate([starts, requant, taps], axis=1)
    return kernel, (
        ("channels", Table("channels", stream, f"{layer.comment}, packed with all else")),
        *f.fields(),
        ("pitch", plane.pitch),
        ("band", plane.band),
        ("plane_words", plane.words),
        ("on_side", int(_is_tall(layer.filter))),
        *convolution.range_fields(layer),
    )


def pack_3x3(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Weights [channels, 3, 3] as words [channels, 3] of the bytes w[0], w[1], w[1], w[2]."""
    rows = np.ascontiguousarray(weights[..., (0, 1, 1, 2)])
    return rows.view("<u4").astype(np.uint32).reshape(-1, 3)


def pack_taps(weights: NDArray[np.int8], dilation_x: int) -> NDArray[np.uint32]:
    """Weights [channels, height, width] as the words that depthwise_conv_2d.h describes."""
    channels, height, width = weights.shape
    reach = (width - 1) * dilation_x + 1
    rows = np.zeros((channels, height, reach + reach % 2), np.int8)
    rows[:, :, :reach:dilation_x] = weights
    taps = rows.reshape(channels, -1)
    fours = np.pad(taps, ((0, 0), (0, -taps.shape[1] % 4))).reshape(channels, -1, 4)
    words = np.ascontiguousarray(fours[..., (0, 2, 1, 3)]).view("<u4")
    return words.astype(np.uint32).reshape(channels, -1)
