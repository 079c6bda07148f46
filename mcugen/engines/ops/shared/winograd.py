# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONV_2D of 3x3 filters by Winograd's F(2x2, 3x3), exactly: what conv_2d_winograd.c computes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Fields, Kernel, Table, Variant
from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.engines.ops.shared import convolution
from mcugen.engines.ops.shared.convolution import Convolution
from mcugen.engines.ops.shared.one_call import late_call

_TWICE_G = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]], np.int64)
"""2 G, so that it holds no halves: sums come out 4 times as large."""

_PRODUCTS = 16
_LARGEST_SUM = 2**29
_ORDER = (0, 2, 1, 3)
"""Channels among four: SXTB16 takes every second byte."""

_PAIR_COST = (
    5.5  # instructions per two channels in, and per tile of four outputs times 1/4 channel out
)
_PRODUCT_COST = 7
_TILE_COST = 60  # per four channels in
_OUTPUT_COST = 20


def variants(layer: Convolution, options: EngineOptions) -> tuple[Variant, ...]:
    """The kernel, where flash may be spent (`--optimize fastest`) and its conditions hold."""
    if options.optimize != "fastest" or not _fits(layer, options.rounding):
        return ()
    f = layer.filter
    tiles = -(-f.out_height // 2) * (-(-f.out_width // 4) * 2)
    each = _PRODUCTS * (_PAIR_COST * f.in_channels / 2 + _PRODUCT_COST) / 4 + 4 * _OUTPUT_COST
    return (
        late_call(
            lambda: _packed(layer, options),
            int(tiles * (each * f.out_channels + _TILE_COST * f.in_channels)),
            scratch_bytes=65 * f.in_channels + 32 * _PRODUCTS + f.out_channels,
        ),
    )


def _fits(layer: Convolution, rounding: Rounding) -> bool:
    """3x3, stride 1, whole groups of channels, sums that times 4 fit 32 bits, the short requantisation."""
    f = layer.filter
    shape = (f.height, f.width, f.stride_y, f.stride_x, f.dilation_y, f.dilation_x, f.batches)
    if shape != (3, 3, 1, 1, 1, 1, 1) or f.in_channels % 8 or f.out_channels % 4:
        return False
    if layer.weights.shape[3] != f.in_channels:
        return False
    settled = convolution.settle_constant_channels(layer, rounding)
    _, exact = convolution.requant_words(settled, rounding)
    return not exact and int(convolution.largest_sums(settled).max()) < _LARGEST_SUM


def _packed(layer: Convolution, options: EngineOptions) -> tuple[Kernel, Fields]:
    settled = convolution.settle_constant_channels(layer, options.rounding)
    requant, _ = convolution.requant_words(settled, options.rounding)
    kernel = Kernel(
        f"mcugen_conv_2d_winograd_{convolution.finish(layer, options.rounding, exact=False)}",
        "mcugen_conv_2d_dsp_t",
        "conv_2d.h",
        "conv_2d_winograd.c",
    )
    stream = pack(settled, requant, options.rounding)
    return kernel, (
        ("channels", Table("channels", stream, f"{layer.comment}, transformed")),
        *layer.filter.fields(),
        ("quads", layer.filter.out_channels // 4),
        ("singles", 0),
        ("depth", layer.filter.in_channels),
        ("rows_inside", 0),
        ("columns_inside", 0),
        *convolution.range_fields(layer),
    )


def transform(weights: NDArray[np.int8]) -> NDArray[np.int64]:
    """Filters [channels, 3, 3, depth] -> 4 G w G' as [channels, 16, depth]; at most 9 * 127 large."""
    made = np.einsum("ay,oyxi,bx->oabi", _TWICE_G, weights.astype(np.int64), _TWICE_G)
    return np.asarray(made.reshape(len(weights), _PRODUCTS, -1), np.int64)


def pack(layer: Convolution, requant: NDArray[np.uint32], rounding: Rounding) -> NDArray[np.uint32]:
    """The words that conv_2d.h describes."""
    quads = len(layer.weights) // 4
    fours = transform(layer.weights).reshape(len(layer.weights), _PRODUCTS, -1, 4)[..., _ORDER]
    halves = fours & 0xFFFF
    words = (halves[..., 0::2] | halves[..., 1::2] << 16).reshape(quads, 4, _PRODUCTS, -1)
    weights = words.transpose(0, 2, 3, 1).reshape(quads, -1).astype(np.uint32)
    bias = convolution.folded_bias(layer).astype(np.int64) * (2 if rounding == "double" else 1)
    starts = convolution.modulo_int32(bias).view(np.uint32).reshape(-1, 1)
    constants = np.concatenate([starts, requant], axis=1).reshape(quads, -1)
    return np.asarray(np.concatenate([weights, constants], axis=1).reshape(-1), np.uint32)
