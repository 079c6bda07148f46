# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ADD and SUB of int8 as one plane: out = clamp((factor_a * a + factor_b * b + start) >> shift).

The model's arithmetic rounds each operand and their sum, yet has only 65,536 pairs of operands. All are
tried: for given factors each pair says between which two numbers `start` has to be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_VALUES = np.arange(-128, 128, dtype=np.int64)
_FAR = 2**62
_LARGEST_FACTOR = 2**24 - 8  # before steps; a product then fits 32 bits
_STEPS = sorted(
    ((i, j) for i in range(-4, 5) for j in range(-4, 5)), key=lambda s: s[0] ** 2 + s[1] ** 2
)
"""Around the factors' real values, nearest first."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Members of mcugen_add_plane_t (runtime/kernels/add.h)."""

    factor_a: int
    factor_b: int
    start: int
    shift: int
    low: int
    high: int


def find_plane(
    wanted: NDArray[np.int64],
    factors: tuple[float, float],
    zero_points: tuple[int, int, int],
    limits: tuple[int, int],
) -> Plane | None:
    """The plane that gives `wanted` [a + 128, b + 128], already within `limits`, or None.

    `factors` are the real ones from each operand to the output, negative for what is subtracted.
    """
    low, high = limits
    a, b, out = zero_points
    real = factors[0] * (_VALUES[:, None] - a) + factors[1] * (_VALUES - b) + out
    room = min(2**31 / (float(np.abs(real).max()) + 2), _LARGEST_FACTOR / max(map(abs, factors)))
    shift = math.floor(math.log2(room))
    if not 1 <= shift <= 30:
        return None
    start = round((float(real[128, 128]) + 0.5) * 2**shift)  # where both operands are 0
    least = np.where(wanted > low, wanted << shift, -_FAR)
    most = np.where(wanted < high, (wanted + 1 << shift) - 1, _FAR)
    for i, j in _STEPS:
        factor_a, factor_b = round(factors[0] * 2**shift) + i, round(factors[1] * 2**shift) + j
        sums = factor_a * _VALUES[:, None] + factor_b * _VALUES
        lowest, highest = int((least - sums).max()), int((most - sums).min())
        if lowest <= highest:
            return Plane(factor_a, factor_b, min(max(start, lowest), highest), shift, low, high)
    return None
