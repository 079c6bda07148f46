# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Scales as the integers that kernels compute with, by the same arithmetic as TensorFlow Lite."""

from __future__ import annotations

import math

import numpy as np

from mcugen.engines.contract import Rounding
from mcugen.model.ir import Quant

ACTIVATIONS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU6": (0.0, 6.0),
}
"""Fused activation -> real bounds of the output."""


LARGEST_FACTOR = 2.0**29
"""Factors from here on would need shifts that the kernels do not have; real models stay below 1."""


def round_half_away(value: float) -> int:
    """C's round()."""
    fraction, whole = math.modf(abs(value))  # adding 0.5 would itself round
    return (int(whole) + (fraction >= 0.5)) * (1 if value >= 0 else -1)


def quantize_multiplier(factor: float) -> tuple[int, int]:
    """(multiplier, shift) with factor = multiplier * 2^(shift - 31), as TFLite's QuantizeMultiplier.

    The multiplier is 0 or in [2^30, 2^31). A factor below 2^-32 becomes 0.
    """
    fraction, shift = math.frexp(factor)
    multiplier = round_half_away(fraction * 2**31)
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def dsp_requant(
    multiplier: int, shift: int, zero_point: int, largest_sum: int, rounding: Rounding
) -> tuple[int, int, int] | None:
    """(multiplier, addend, shift) for mcugen_requantize_s8 of dsp.h, None where that does not hold.

    `multiplier` and `shift` are quantize_multiplier's, `largest_sum` bounds |sum|.
    """
    constants = channel_requant(multiplier, shift, zero_point, largest_sum, rounding)
    if constants is None or rounding == "single":
        return constants
    return 2 * multiplier - 2**32, *constants[1:]


def channel_requant(
    multiplier: int, shift: int, zero_point: int, largest_sum: int, rounding: Rounding
) -> tuple[int, int, int] | None:
    """The same for mcugen_requantize_channel, which gets the sum doubled for double rounding."""
    right = -shift if rounding == "double" else -shift - 1
    if not 1 <= right <= 22 or largest_sum >= 2**30:
        return None
    return multiplier, (1 << (right - 1)) + (zero_point << right), right


ONE_SHIFT = 12
"""MCUGEN_ONE_SHIFT of dsp.h: the shift that most channels can have."""

LARGEST_STRAIGHT_SUM = 2**23
"""Sums that are shifted left by 8 stay below this."""

INT8_RANGE = (-(2**7), 2**7 - 1)
INT16_RANGE = (-(2**15), 2**15 - 1)


def activation_range(
    activation: str, quant: Quant, limits: tuple[int, int] = INT8_RANGE
) -> tuple[int, int]:
    """Smallest and largest output under a fused activation (CalculateActivationRangeQuantized).

    `limits` are those of the type. TFLite divides in float32 and rounds half away from zero.
    """
    low, high = ACTIVATIONS[activation]
    return (
        limits[0] if low is None else max(limits[0], _quantize(low, quant)),
        limits[1] if high is None else min(limits[1], _quantize(high, quant)),
    )


def _quantize(real: float, quant: Quant) -> int:
    scaled = np.float32(real) / np.float32(quant.scale)
    return quant.zero_point + round_half_away(float(scaled))
