# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Convolutions and FULLY_CONNECTED for cores with vectors: tables and variants of every instruction set.

runtime/kernels/conv_2d_vector.h and depthwise_conv_2d_vector.h describe the tables.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Fields, Kernel, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import convolution
from mcugen.engines.ops.shared.convolution import Convolution, Filter
from mcugen.engines.ops.shared.one_call import late_call

_UINT16_MAX = 65535
_MOST_TAPS = 64  # MCUGEN_MOST_TAPS
_OUTPUT_COST = 5
_GATHER_COST = 0.5  # per tap and position
_LEAST_SCRATCH = 16  # bytes, of kernels that need none


@dataclass(frozen=True, slots=True)
class Blocks:
    """How a kernel takes weights: `lanes` neighbouring channels, `group` taps of each at a time; the
    number of taps is filled up to a multiple of `step`. `cost` is instructions per multiplication."""

    kernel: str
    lanes: int
    group: int
    step: int
    together: int  # positions at once
    cost: float
    right: tuple[int, int] = (0, 0)  # smallest right shift with double and with single rounding
    order: tuple[int, ...] = ()  # of the channels' constants within a block, if not theirs
    relu: bool = False  # whether it has a variant for a zero point of -128 and outputs up to 127


_HELIUM_RIGHT = (1, 2)
_HELIUM_ORDER = (*range(0, 16, 4), *range(2, 16, 4), *range(1, 16, 4), *range(3, 16, 4))
_CONV_2D = {
    "simd": Blocks("simd", 8, 4, 8, 4, 0.2),
    "mve": Blocks("mve", 4, 16, 16, 2, 0.15, _HELIUM_RIGHT, relu=True),
}
_DEPTHWISE = {
    "simd": Blocks("simd", 8, 1, 2, 1, 0.6),
    "mve": Blocks("mve", 16, 1, 1, 1, 0.6, _HELIUM_RIGHT, _HELIUM_ORDER, relu=True),
}
"""isa -> the kernel; the first that a board has is taken."""


def conv_2d_variants(layer: Convolution, options: EngineOptions) -> tuple[Variant, ...]:
    """The kernel for one group of input channels, where the board has vectors and it holds."""
    blocks = _blocks(_CONV_2D, options.isa)
    layer = convolution.lay_down(layer)
    f = layer.filter
    if blocks is None or layer.weights.shape[3] != f.in_channels:
        return ()
    settled = convolution.settle_constant_channels(layer, options.rounding)
    depth = _filled(layer.taps, blocks.step)
    if max(depth, f.in_channels, f.out_channels) > _UINT16_MAX or not _fits(
        settled, blocks, options
    ):
        return ()
    direct = _is_direct(f, blocks)
    gathered = 0.0 if direct else _GATHER_COST * f.positions * depth
    outputs = f.positions * _filled(f.out_channels, blocks.lanes)
    kernel = _kernel("conv_2d", blocks, layer, options)
    fields: Fields = (("depth", depth), ("direct", int(direct)), *convolution.range_fields(layer))
    return (
        late_call(
            lambda: (kernel, _fields(settled, blocks, fields)),
            int((blocks.cost * depth + _OUTPUT_COST) * outputs + gathered),
            scratch_bytes=_LEAST_SCRATCH if direct else _conv_2d_scratch(f, blocks, depth),
            in_place=_works_in_place(f, blocks, direct=direct),
        ),
    )


def depthwise_variants(layer: Convolution, options: EngineOptions) -> tuple[Variant, ...]:
    """The kernel for one output per input channel, where the board has vectors and it holds."""
    blocks = _blocks(_DEPTHWISE, options.isa)
    layer = convolution.lay_down(layer)
    f = layer.filter
    if blocks is None or f.in_channels != f.out_channels or f.out_channels < blocks.lanes:
        return ()
    settled = convolution.settle_constant_channels(layer, options.rounding)
    if layer.taps > _MOST_TAPS or not _fits(settled, blocks, options):
        return ()
    outputs = f.positions * _filled(f.out_channels, blocks.lanes)
    kernel = _kernel("depthwise_conv_2d", blocks, layer, options)
    fields = convolution.range_fields(layer)
    return (
        late_call(
            lambda: (kernel, _fields(settled, blocks, fields, reuse_last=True)),
            int((blocks.cost * layer.taps + _OUTPUT_COST) * outputs),
            scratch_bytes=_ring_bytes(f) if blocks.kernel == "simd" else f.in_channels,
        ),
    )


def _blocks(kernels: dict[str, Blocks], isa: Collection[str]) -> Blocks | None:
    return next((blocks for name, blocks in kernels.items() if name in isa), None)


def _filled(count: int, step: int) -> int:
    return -(-count // step) * step


def _fits(layer: Convolution, blocks: Blocks, options: EngineOptions) -> bool:
    """Whether two products fit 16 bits, and every factor is one that the kernel multiplies by."""
    if options.any_weights:
        return False
    right = blocks.right[options.rounding == "single"]
    return bool(layer.weights.min() > -128 and layer.requant[:, 1].max() <= -right)


def _is_direct(f: Filter, blocks: Blocks) -> bool:
    """Whether every position sees its own pixel, and may read whole steps of it."""
    same = (f.in_height, f.in_width) == (f.out_height, f.out_width)
    ones = {f.height, f.width, f.stride_y, f.stride_x} == {1}
    whole = f.in_channels % blocks.step == 0 or f.positions == 1
    return same and ones and (f.pad_top, f.pad_left) == (0, 0) and whole


def _works_in_place(f: Filter, blocks: Blocks, *, direct: bool) -> bool:
    """Whether positions are gathered in pairs before they are written, over nothing still to be read."""
    return not direct and blocks.together == 2 and convolution.writes_behind_reads(f)


def _ring_bytes(f: Filter) -> int:
    """Of padded_rows.h: as many padded rows as the filter spans, unless it never leaves the image."""
    span = (f.height - 1) * f.dilation_y + 1
    height = (f.out_height - 1) * f.stride_y + span
    width = (f.out_width - 1) * f.stride_x + (f.width - 1) * f.dilation_x + 1
    inside = (f.pad_top, f.pad_left) == (0, 0) and height <= f.in_height and width <= f.in_width
    return _LEAST_SCRATCH if inside else span * width * f.in_channels


def _conv_2d_scratch(f: Filter, blocks: Blocks, depth: int) -> int:
    """Taps of positions, where they are gathered, and rows with their padding."""
    if blocks.kernel != "simd":
        return blocks.together * depth
    whole = f.width * f.in_channels % blocks.step == 0 and 1 in (f.dilation_x, f.width)
    return _ring_bytes(f) + (0 if whole else blocks.together * depth)


def _kernel(operator: str, blocks: Blocks, layer: Convolution, options: EngineOptions) -> Kernel:
    full = blocks.relu and (layer.low, layer.high) == (-128, 127)
    end = convolution.finish(layer, options.rounding, exact=False) if full else options.rounding
    return Kernel(
        f"mcugen_{operator}_{blocks.kernel}_{end}",
        f"mcugen_{operator}_vector_t",
        f"{operator}_vector.h",
        f"{operator}_{blocks.kernel}.c",
        (f"{operator}_avx2.c",) if blocks.kernel == "simd" else (),
    )


def _fields(
    layer: Convolution, blocks: Blocks, more: Fields, *, reuse_last: bool = False
) -> Fields:
    """Tables and filter, before `more`."""
    channels = block_channels(layer.filter.out_channels, blocks.lanes, reuse_last=reuse_last)
    weights = layer.weights.reshape(layer.filter.out_channels, -1)
    constants = np.column_stack([convolution.folded_bias(layer), layer.requant])
    packed = pack_weights(weights, channels, blocks)
    ordered = channels[:, blocks.order] if blocks.order else channels
    return (
        ("weights", Table("weights", packed, f"{layer.comment}, in blocks")),
        ("channels", Table("channels", pack_constants(constants, ordered), "in blocks")),
        *layer.filter.fields(),
        *more,
    )


def block_channels(count: int, lanes: int, *, reuse_last: bool) -> NDArray[np.intp]:
    """The channels of each block [blocks, lanes], -1 where there is none.

    With `reuse_last` the last block ends with the last channel, and repeats some of the one before.
    """
    blocks = np.arange(_filled(count, lanes)).reshape(-1, lanes)
    if reuse_last:
        blocks[-1] -= blocks[-1, -1] - (count - 1)
    return np.where(blocks < count, blocks, -1)


def pack_weights(
    weights: NDArray[np.int8], channels: NDArray[np.intp], blocks: Blocks
) -> NDArray[np.int8]:
    """Weights [channels, taps] as [blocks, steps, lanes, group]."""
    taps = weights.shape[1]
    filled = np.pad(weights, ((0, 1), (0, _filled(taps, blocks.step) - taps)))
    grouped = filled[channels].reshape(*channels.shape, -1, blocks.group)
    return np.ascontiguousarray(grouped.swapaxes(1, 2)).reshape(-1)


def pack_constants(constants: NDArray[np.int32], channels: NDArray[np.intp]) -> NDArray[np.int32]:
    """Rows [channels, 3] of start, multiplier, shift as [blocks, 3, lanes]; 0 where there is no channel."""
    filled = np.pad(constants, ((0, 1), (0, 0)))
    return np.ascontiguousarray(filled[channels].swapaxes(1, 2), np.int32).reshape(-1)
