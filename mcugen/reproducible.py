# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Arithmetic with the same bits on every processor: IEEE 754 additions and products, one by one.

NumPy and the C library choose code by processor for sums, products of matrices, transforms, log,
exp and cos: their last bits differ. They do not for + - * / and sqrt of single elements, which IEEE
754 rounds correctly, nor for frexp, ldexp and rint, which are exact.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

LN_10 = 2.302585092994046

_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
_LN_2_HIGH = float.fromhex("0x1.62e42feep-1")  # 31 bits: times an exponent it is exact
_LN_2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # ln 2 is the sum of both
_LOG_TERMS = 12  # of the series of atanh: |s| <= 0.172, so the next one is below 2^-57 of the first
_EXP_TERMS = 14  # of the series of exp: |r| <= 0.347, so the next one is below 2^-57


def ordered_sum(values: NDArray[np.floating[Any]]) -> Doubles:
    """Sums along the last axis, from the first value to the last; 0 of no values."""
    if not values.shape[-1]:
        return np.zeros(values.shape[:-1])
    total: Doubles = np.add.accumulate(values, axis=-1, dtype=np.float64)[..., -1]
    return total


def ordered_mean(values: NDArray[np.floating[Any]]) -> Doubles:
    """Means along the last axis; at least one value."""
    return np.asarray(ordered_sum(values) / values.shape[-1])


def log(values: Doubles) -> Doubles:
    """Natural logarithms of positive numbers, within 2 units of the last place of float64.

    value = 2^e m with m from sqrt(1/2) to sqrt(2); ln m = 2 atanh(s), s = (m - 1) / (m + 1).
    """
    mantissa, exponent = np.frexp(values)
    small = mantissa < np.sqrt(0.5)
    mantissa = np.where(small, 2 * mantissa, mantissa)
    exponent = exponent - small
    s = (mantissa - 1) / (mantissa + 1)
    square = s * s
    series = np.full_like(s, 1 / (2 * _LOG_TERMS - 1))
    for term in reversed(range(1, _LOG_TERMS - 1)):
        series = series * square + 1 / (2 * term + 1)
    tail = 2 * s * (square * series) + exponent * _LN_2_LOW
    return np.asarray(exponent * _LN_2_HIGH + (2 * s + tail))


def exp(values: Doubles) -> Doubles:
    """Powers of e, within 2 units of the last place of float64; 0 below the smallest number.

    value = k ln 2 + r with |r| <= ln(2) / 2; e^value = 2^k e^r.
    """
    clipped = np.clip(values, -800.0, 800.0)
    k = np.rint(clipped * (1 / (_LN_2_HIGH + _LN_2_LOW)))
    r = (clipped - k * _LN_2_HIGH) - k * _LN_2_LOW
    series = np.ones_like(r)
    for term in reversed(range(2, _EXP_TERMS)):
        series = 1 + series * r / term
    return np.asarray(np.ldexp(1 + r * series, k.astype(np.int32)))


@cache
def unit_circle(count: int) -> tuple[Doubles, Doubles]:
    """cos and sin of k / count turns for k = 0 to count - 1, each correctly rounded.

    Powers of the first root of unity, in 50 decimal digits.
    """
    with localcontext() as context:
        context.prec = 50
        angle = 2 * _PI / count
        step = (_series(Decimal(1), angle, 0), _series(angle, angle, 1))
        points = [(Decimal(1), Decimal(0))]
        for _ in range(count - 1):
            x, y = points[-1]
            points.append((x * step[0] - y * step[1], x * step[1] + y * step[0]))
        rounded = np.array([(round(x, 40), round(y, 40)) for x, y in points], np.float64)
    rounded.setflags(write=False)
    return rounded[:, 0], rounded[:, 1]


def _series(term: Decimal, angle: Decimal, power: int) -> Decimal:
    """The Taylor series whose first term is angle^power / power!: cos for 0, sin for 1."""
    total = term
    while abs(term) > Decimal("1e-55"):
        term *= -angle * angle / ((power + 1) * (power + 2))
        total += term
        power += 2
    return total
