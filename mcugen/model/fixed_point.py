# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""gemmlowp's fixed-point functions, which TFLite's int8 kernels compute, over whole arrays.

A number with n integer bits is an int32 worth raw * 2^(n - 31) (fixedpoint/fixedpoint.h of
gemmlowp). Raw values are held as int64 here; every result fits int32 again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Raw = NDArray[np.int64]

_ONE = 2**31 - 1  # the largest number without integer bits stands for 1
_ONE_2 = 2**29  # 1 with two integer bits


def multiply_high(a: Raw, b: Raw | int) -> Raw:
    """SaturatingRoundingDoublingHighMul, apart from its saturating case -2^31 * -2^31."""
    return (a * b + 2**30) >> 31


def divide_by_power(value: Raw, shift: Raw | int) -> Raw:
    """RoundingDivideByPOT: value / 2^shift, ties away from zero."""
    mask = (np.int64(1) << shift) - 1
    threshold = (mask >> 1) + (value < 0)
    return (value >> shift) + ((value & mask) > threshold)


def logistic(a: Raw, integer_bits: int) -> Raw:
    """1 / (1 + exp(-a)) without integer bits."""
    positive = one_over_one_plus(exp_of_negative(-np.abs(a), integer_bits))
    return np.where(a == 0, 2**30, np.where(a > 0, positive, _ONE - positive))


def tanh(a: Raw, integer_bits: int) -> Raw:
    """tanh(a) without integer bits."""
    # The same bits with one more integer bit are twice the number.
    e = exp_of_negative(-np.abs(a), integer_bits + 1)
    positive = _saturate((_reciprocal_of_half_sum(e) - _ONE_2) << 2)
    return np.where(a == 0, 0, np.where(a > 0, positive, -positive))


def _saturate(value: Raw) -> Raw:
    return np.clip(value, -(2**31), 2**31 - 1)


def one_over_one_plus(x: Raw) -> Raw:
    """1 / (1 + x) without integer bits, x in [0, 1] without integer bits."""
    return _saturate(_reciprocal_of_half_sum(x) << 1)


def _reciprocal_of_half_sum(x: Raw) -> Raw:
    """2 / (1 + x) with two integer bits, x in [0, 1]: three steps of Newton and Raphson."""
    half = (x + _ONE + 1) >> 1
    y = 1515870810 + multiply_high(half, -1010580540)  # 48/17 - 32/17 * half
    for _ in range(3):
        rest = _ONE_2 - multiply_high(half, y)
        y = y + _saturate(multiply_high(y, rest) << 2)
    return y


_EXPONENTIALS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-2^k) for k from -2 on."""


def exp_of_negative(a: Raw, integer_bits: int) -> Raw:
    """exp(a) without integer bits for a <= 0; at most 5 integer bits."""
    quarter = 1 << (29 - integer_bits)
    rest = (a & (quarter - 1)) - quarter
    result = _exp_from_minus_quarter(rest << integer_bits)
    passed = rest - a
    for power, factor in zip(range(-2, integer_bits), _EXPONENTIALS, strict=False):
        bit = 1 << (31 - integer_bits + power)
        result = np.where(passed & bit, multiply_high(result, factor), result)
    return np.where(a == 0, _ONE, result)


def _exp_from_minus_quarter(a: Raw) -> Raw:
    """exp(a) for a in [-1/4, 0): a Taylor series about -1/8."""
    x = a + 2**28
    x2 = multiply_high(x, x)
    x3, x4 = multiply_high(x2, x), multiply_high(x2, x2)
    high_terms = multiply_high(divide_by_power(x4, 2) + x3, 715827883) + x2  # 1/3
    return 1895147668 + multiply_high(x + divide_by_power(high_terms, 1), 1895147668)  # exp(-1/8)


def multiply_by(value: int, multiplier: int, shift: int) -> int:
    """MultiplyByQuantizedMultiplier of one value that fits int32 after a shift to the left."""
    scaled = multiply_high(np.array(value << max(shift, 0), np.int64), multiplier)
    return int(divide_by_power(scaled, min(max(-shift, 0), 31)))


def inverse_square_root(value: int) -> tuple[int, int]:
    """(multiplier, shift) of 1 / sqrt(value): GetInvSqrtQuantizedMultiplierExp; 0 counts as 1."""
    if value <= 1:
        return _ONE, 0
    right = 11
    while value >= 2**29:
        value, right = value // 4, right + 1
    pairs = (31 - value.bit_length()) // 2 - 1
    value, right = value << (2 * pairs), right - pairs
    half, x = divide_by_power(np.array(value >> 1, np.int64), 1), np.array(2**28, np.int64)
    for _ in range(5):  # Newton and Raphson, with 3 integer bits
        cube = _saturate(multiply_high(multiply_high(x, x), x) << 6)
        x = _saturate((multiply_high(x, 2**28 + 2**27) - multiply_high(half, cube)) << 3)
    root = int(multiply_high(x, 1518500250))  # sqrt(1/2)
    return (root << -right, 0) if right < 0 else (root, -right)
