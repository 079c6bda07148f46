# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Requantisation with the same shift for nearly all channels, mcugen_requantize_straight of dsp.h.

Its constants are chosen such that every sum that a channel can have ends at the output that the model's
arithmetic gives. Both are steps of the sum that only go up. So they agree if they reach each of the
255 outputs above -128 at the same sum: two inequalities per output, which for a given multiplier say
between which two numbers the addend has to be.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import LARGEST_STRAIGHT_SUM, ONE_SHIFT
from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.engines.ops.shared import convolution
from mcugen.engines.ops.shared.convolution import Convolution

_OUTPUTS = np.arange(-127, 128, dtype=np.int64)
_FAR = 2**40  # beyond every addend
_WIDE = 8  # the sum is shifted left by this
_TRIES = 2048
"""Multipliers tried for a channel that neither of the nearest two fits."""


def short_requant(layer: Convolution, options: EngineOptions) -> tuple[NDArray[np.uint32], str]:
    """Three words per channel, and which of the kernels that finish differently takes them, by the end of
    their names. Of `straight` most channels have the shift ONE_SHIFT."""
    words = None if options.any_weights else straight_words(layer, options.rounding)
    return general_requant(layer, options.rounding) if words is None else (words, "straight")


def general_requant(layer: Convolution, rounding: Rounding) -> tuple[NDArray[np.uint32], str]:
    """The same without `straight`."""
    words, exact = convolution.requant_words(layer, rounding)
    return words, f"exact_{rounding}" if exact else rounding


def straight_words(layer: Convolution, rounding: Rounding) -> NDArray[np.uint32] | None:
    """A mcugen_requant_s8_t per channel for mcugen_requantize_straight, or None where it does not hold:
    double rounding sends ties away from 0, which shows unless 0 is the smallest output."""
    multipliers, shifts = layer.requant.astype(np.int64).T
    bends = rounding == "double" and layer.zero_point != -128
    if bends or (layer.low, layer.high) != (-128, 127) or multipliers.min() <= 0:
        return None
    if shifts.max() >= 0 or shifts.min() < -22:
        return None
    if convolution.largest_sums(layer).max() >= LARGEST_STRAIGHT_SUM:
        return None
    right = _WIDE - 1 - shifts
    addends = ((layer.zero_point << 31 - shifts) + _added(shifts, rounding)) >> 32 - _WIDE
    words = np.stack([multipliers, addends, right], axis=1)
    found = _with_one_shift(layer, rounding)
    fits = found[:, 0] != 0
    words[fits, :2], words[fits, 2] = found[fits], ONE_SHIFT
    if not _in_one_word(_ends(layer), words):
        return None
    return np.asarray(words.astype(np.int32).view(np.uint32))


def _added(shifts: NDArray[np.int64], rounding: Rounding) -> NDArray[np.int64]:
    """What is added to sum times multiplier, before it is shifted by 31 - shift, so that it rounds."""
    high_multiply = 2**30 if rounding == "double" else 0
    return np.asarray((np.int64(1) << (30 - shifts)) + high_multiply)


def _ends(layer: Convolution) -> NDArray[np.int64]:
    """[channels, 2]: bounds of the sums of each channel."""
    bias = convolution.folded_bias(layer).astype(np.int64)
    reach = convolution.largest_sums(layer) - np.abs(bias)
    return np.stack([bias - reach, bias + reach], axis=1)


def _in_one_word(ends: NDArray[np.int64], words: NDArray[np.int64]) -> bool:
    """Whether what SMMLA gives fits its register: a fine scale shifts far to the right, and the zero
    point then stands far to the left in the addend."""
    high = ((ends << _WIDE) * words[:, :1] >> 32) + words[:, 1:2]
    return bool(high.min() >= -(2**31) and high.max() < 2**31)


def _with_one_shift(layer: Convolution, rounding: Rounding) -> NDArray[np.int64]:
    """[channels, 2]: multiplier and addend for the shift ONE_SHIFT; 0 where there are none."""
    multipliers, shifts = layer.requant.astype(np.int64).T
    lost = _WIDE - 1 - shifts - ONE_SHIFT  # bits of the multiplier
    product = ((_OUTPUTS - layer.zero_point) << (31 - shifts)[:, None]) - _added(shifts, rounding)[
        :, None
    ]
    first = -(-product // multipliers[:, None])  # the smallest sum of each output
    ends = _ends(layer)
    nearest = (multipliers >> np.maximum(lost, 0))[:, None] + np.arange(2)
    found = _fitting(nearest, first, ends)
    found[lost < 0] = 0
    for c in np.flatnonzero((found[:, 0] == 0) & (lost >= 0)):
        spread = max(nearest[c, 0] / max(ends[c, 1] - ends[c, 0], 1), 4)
        tried = nearest[c, 0] + np.linspace(-spread, spread, _TRIES).astype(np.int64)
        found[c] = _fitting(tried[None], first[[c]], ends[[c]])[0]
    return found


def _fitting(
    tried: NDArray[np.int64], first: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """[channels, 2]: the first multiplier in each row of `tried` [channels, n] that fits, with its addend;
    0 where none does. `first` [channels, 255], `ends` [channels, 2] are sums."""

    def scaled(sums: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray((sums[:, None] << _WIDE) * tried[..., None] >> 32)

    lowest, highest = ends[:, :1], ends[:, 1:]
    outputs = _OUTPUTS << ONE_SHIFT
    never = np.where(first <= highest, 0, -_FAR)[:, None]
    always = np.where(first > lowest, 0, _FAR)[:, None]
    least = (outputs - scaled(np.maximum(first, lowest)) + never).max(axis=2)
    most = (outputs - 1 - scaled(np.minimum(first - 1, highest)) + always).min(axis=2)
    fits = (least <= most) & (tried < 2**31)
    rows, best = np.arange(len(tried)), fits.argmax(axis=1)
    addend = np.where(least > -_FAR // 2, least, most)[rows, best]
    found = np.stack([tried[rows, best], addend], axis=1)
    return np.where(fits[rows, best][:, None], found, 0)
