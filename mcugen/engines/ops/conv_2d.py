# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONV_2D: portable, with vectors, and for DSP cores with two channels packed into one multiply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import ONE_SHIFT
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, convolution, vectors, winograd
from mcugen.engines.ops.shared.convolution import Convolution, Filter
from mcugen.engines.ops.shared.one_call import late_call
from mcugen.engines.ops.shared.one_shift import general_requant, short_requant
from mcugen.engines.ops.shared.portable_convolution import portable_variant
from mcugen.model.ir import Graph, Op

_CHANNEL_AXIS = 0
_PORTABLE_COST = 3.5  # instructions per multiplication
_OUTPUT_COST = 40
_DSP_COST = 0.8
_DSP_OUTPUT_COST = 12
_GATHER_COST = 2
_FEW = 8
"""One channel of so many may need a shift of its own."""
_UINT16_MAX = 65535


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; constant weights with zero point 0, per tensor or per channel; groups of equal size."""
    found = [*convolution.reasons(graph, op, _CHANNEL_AXIS)]
    if not found:
        x, weights = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
        depth, channels = weights.shape[3], weights.shape[0]
        if x.shape[3] % depth != 0 or channels % (x.shape[3] // depth) != 0:
            what = f"{x.shape[3]} input channels, {depth} per group, {channels} outputs"
            found.append((f"{what}: groups must come out even", ""))
    return found


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; for one group a kernel with vectors and a DSP kernel; with `--optimize fastest` for
    3x3 filters with stride 1 one for DSP cores that multiplies 16 times for 36."""
    layer = convolution.read_convolution(graph, op, _CHANNEL_AXIS)
    outputs = layer.filter.positions * layer.filter.out_channels
    cost = int(_PORTABLE_COST * layer.macs) + _OUTPUT_COST * outputs
    portable = portable_variant(
        layer, "conv_2d", options, lambda: in_fours(layer), cost, how=", in fours", grouped=True
    )
    plain = (portable, *vectors.conv_2d_variants(layer, options))
    if "dsp" not in options.isa or not _fits_dsp(layer):
        return plain
    depth = _depth(layer)
    macs = layer.filter.positions * layer.filter.out_channels * depth
    gathered = _GATHER_COST * layer.filter.positions * depth
    packed = late_call(
        lambda: _packed(layer, options),
        int(_DSP_COST * macs + gathered) + _DSP_OUTPUT_COST * outputs,
        scratch_bytes=_scratch_bytes(layer),
        in_place=convolution.writes_behind_reads(layer.filter),
    )
    return (*plain, packed, *winograd.variants(layer, options))


OPERATOR = Operator(checks.as_problems(reasons), variants)

# --- portable -----------------------------------------------------------------------------------


def in_fours(layer: Convolution) -> NDArray[np.int8]:
    """Weights as conv_2d.h lays them out for the portable kernel."""
    channels, *_, depth = layer.weights.shape
    each = channels * depth // layer.filter.in_channels  # of a group
    fours = each // 4 * 4
    groups = layer.weights.reshape(-1, each, layer.taps)
    together = groups[:, :fours].reshape(len(groups), -1, 4, layer.taps).swapaxes(2, 3)
    parts = (together.reshape(len(groups), -1), groups[:, fours:].reshape(len(groups), -1))
    return np.asarray(np.concatenate(parts, axis=1).reshape(-1), np.int8)


# --- DSP ----------------------------------------------------------------------------------------

_ORDER = (0, 2, 1, 3)
"""Taps among four in the order the kernel multiplies them: SXTB16 takes every second byte."""


def _fits_dsp(layer: Convolution) -> bool:
    """One group, and taps that the parameter struct can count."""
    return layer.weights.shape[3] == layer.filter.in_channels and _depth(layer) <= _UINT16_MAX


def _depth(layer: Convolution) -> int:
    """Taps of a filter as the kernel takes them, filled up to fours."""
    return len(tap_order(layer))


def _is_solid(f: Filter) -> bool:
    """Whether a row of the filter lies side by side in the image."""
    return f.dilation_x == 1 or f.width == 1


def _sees_inside(f: Filter) -> bool:
    """Whether every position sees nothing outside the image, and a row of its taps side by side."""
    reach_y = (f.out_height - 1) * f.stride_y + (f.height - 1) * f.dilation_y + 1
    reach_x = (f.out_width - 1) * f.stride_x + f.width
    fits = reach_y <= f.in_height and reach_x <= f.in_width
    return _is_solid(f) and (f.pad_top, f.pad_left) == (0, 0) and fits


def _scratch_bytes(layer: Convolution) -> int:
    """The taps of two positions as int16; room for copies of what is not all inside the image."""
    f = layer.filter
    return 4 * _depth(layer) + (0 if _sees_inside(f) else f.width * f.in_channels + 7)


def _as_row(f: Filter) -> Filter:
    """The filter as the kernel sees it: where it takes pixel by pixel, an image of one row."""
    plain = (f.height, f.width, f.stride_y, f.stride_x, f.pad_top, f.pad_left) == (1, 1, 1, 1, 0, 0)
    count = f.positions
    if not plain or count > _UINT16_MAX:
        return f
    return replace(f, batches=1, in_height=1, in_width=count, out_height=1, out_width=count)


def tap_order(layer: Convolution) -> NDArray[np.intp]:
    """The taps in the order of conv_2d.h, -1 for those that fill it up."""
    f = layer.filter
    runs = np.arange(layer.taps).reshape(f.height, -1)
    fours = runs.shape[1] // 4 * 4
    rest = runs[:, fours:].reshape(-1)
    filled = np.pad(rest, (0, -len(rest) % 4), constant_values=-1).reshape(-1, 4)
    return np.concatenate([filled[:, _ORDER].reshape(-1), runs[:, :fours].reshape(-1)])


def _packed(layer: Convolution, options: EngineOptions) -> tuple[Kernel, Fields]:
    settled = convolution.settle_constant_channels(layer, options.rounding)
    order = tap_order(layer)
    filters = settled.weights.reshape(layer.filter.out_channels, -1)
    weights = np.ascontiguousarray(np.where(order < 0, 0, filters[:, order]))
    bias = convolution.folded_bias(settled)
    paired = paired_channels(weights, bias)
    requant, finish = short_requant(settled, options)
    again = np.flatnonzero(requant[:paired, 2] != ONE_SHIFT)
    if finish != "straight" or len(again) > paired // _FEW:
        requant, finish = general_requant(settled, options.rounding)
        again = np.arange(0)
    singles = np.concatenate([np.arange(paired, len(weights)), again])
    kernel = Kernel(
        f"mcugen_conv_2d_dsp_{finish}",
        "mcugen_conv_2d_dsp_t",
        "conv_2d.h",
        "conv_2d_dsp.c",
    )
    in_quads = requant[:, :2] if finish == "straight" else requant
    stream = pack_stream(weights, bias, requant, in_quads, paired, singles)
    f = _as_row(layer.filter)
    return kernel, (
        ("channels", Table("channels", stream, f"{layer.comment}, packed with all else")),
        *f.fields(),
        ("quads", paired // 4),
        ("singles", len(singles)),
        ("depth", weights.shape[1]),
        ("rows_inside", max(f.in_height - (f.height - 1) * f.dilation_y, 0)),
        ("columns_inside", max(f.in_width - f.width + 1, 0) if _is_solid(f) else 0),
        *convolution.range_fields(layer),
    )


def paired_channels(weights: NDArray[np.int8], bias: NDArray[np.int32]) -> int:
    """How many channels, from the first on, may be packed: a multiple of 4 (see conv_2d_dsp.c)."""
    count = len(weights) // 4 * 4
    upper = weights[1:count:2].astype(np.int64)
    sums = 128 * np.abs(upper).sum(axis=1) + np.abs(bias[1:count:2].astype(np.int64))
    fits = (sums < 2**23) & (upper.min(axis=1, initial=0) > -128)
    return 4 * int(np.logical_and.accumulate(fits.reshape(-1, 2).all(axis=1)).sum())


def pack_stream(
    weights: NDArray[np.int8],
    bias: NDArray[np.int32],
    requant: NDArray[np.uint32],
    in_quads: NDArray[np.uint32],
    paired: int,
    singles: NDArray[np.intp],
) -> NDArray[np.uint32]:
    """The words that conv_2d.h describes: of `paired` channels in quads, requantised by `in_quads`, then
    of `singles`."""
    quads = (
        _pair_starts(bias[:paired]).reshape(-1, 4),
        _pair_words(weights[:paired]),
        in_quads[:paired].reshape(-1, 4 * in_quads.shape[1]),
    )
    rest = (
        singles.astype(np.uint32).reshape(-1, 1),
        bias[singles].view(np.uint32).reshape(-1, 1),
        weights[singles].view("<u4"),
        requant[singles],
    )
    parts = [np.concatenate(part, axis=1).reshape(-1) for part in (quads, rest)]
    return np.asarray(np.concatenate(parts), np.uint32)


def _pair_words(weights: NDArray[np.int8]) -> NDArray[np.uint32]:
    """Weights [channels, depth] of channels in fours as words [channels / 4, depth]."""
    fours = weights.reshape(-1, 4, weights.shape[1] // 4, 4)[..., _ORDER].astype(np.int64)
    halves = (256 * fours[:, 1::2] + fours[:, 0::2]) & 0xFFFF  # [quads, 2 pairs, steps, 4]
    words = halves[..., 0::2] | halves[..., 1::2] << 16  # [quads, 2 pairs, steps, 2]
    quads = words.transpose(0, 2, 3, 1).reshape(-1, weights.shape[1])
    return np.asarray(quads, np.uint32)


def _pair_starts(bias: NDArray[np.int32]) -> NDArray[np.uint32]:
    """Where the sums S and L of pairs of channels start."""
    lower, upper = bias[0::2].astype(np.int64), bias[1::2].astype(np.int64)
    starts = np.stack([256 * upper + lower, lower], axis=1)
    return convolution.modulo_int32(starts).view(np.uint32)
