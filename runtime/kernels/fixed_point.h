// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// gemmlowp's fixed-point arithmetic, as TFLite computes curves with it. Qm.n: m integer bits, n
// fractional bits and the sign.
#ifndef MCUGEN_KERNELS_FIXED_POINT_H
#define MCUGEN_KERNELS_FIXED_POINT_H

#include <stdint.h>

#include "requantize.h"

// Qa * Qb = Q(a + b): the upper word of twice the product, rounded, ties upward. Not for -1 * -1.
static inline int32_t mcugen_multiply(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

// 32 for 0.
static inline uint32_t mcugen_leading_zeros(uint32_t value) {
  uint32_t count = 0;
  while (count < 32 && (value >> (31 - count) & 1u) == 0) {
    ++count;
  }
  return count;
}

// 1 / (1 + a) in Q0.31 of a in [0, 1) in Q0.31: three steps of Newton-Raphson on half of 1 + a.
static inline int32_t mcugen_reciprocal(int32_t a) {
  const int32_t one = 1 << 29;        // from here on Q2.29
  const int32_t start = 1515870810;   // 48/17
  const int32_t slope = -1010580540;  // -32/17
  const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
  int32_t x = start + mcugen_multiply(half, slope);
  for (int step = 0; step < 3; ++step) {
    x += mcugen_multiply(x, one - mcugen_multiply(half, x)) * 4;
  }
  return x >= 1 << 30 ? INT32_MAX : x * 2;  // x / 2, as Q0.31
}

// value * 2^(2 * bits), saturating.
static inline int32_t mcugen_saturating_shift(int32_t value, uint32_t bits) {
  const int32_t most = INT32_MAX >> bits;
  return value > most ? INT32_MAX : value < -most - 1 ? INT32_MIN : value * (1 << bits);
}

// 1 / sqrt(value) as factor of mcugen_requantize_double; 0 counts as 1. Equals TFLite's
// GetInvSqrtQuantizedMultiplierExp: five steps of Newton-Raphson in Q3.28.
static inline mcugen_requant_t mcugen_inverse_square_root(int32_t value) {
  if (value <= 1) {
    return (mcugen_requant_t){INT32_MAX, 0};
  }
  int32_t right = 11;
  while (value >= 1 << 29) {
    value /= 4;
    ++right;
  }
  const uint32_t pairs = (mcugen_leading_zeros((uint32_t)value) - 1) / 2 - 1;
  right -= (int32_t)pairs;
  value <<= 2 * pairs;
  const int32_t input = value >> 1;
  const int32_t half_input = mcugen_divide_by_power(input, 1);
  const int32_t half_three = (1 << 28) + (1 << 27);
  int32_t x = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    const int32_t cube = mcugen_saturating_shift(mcugen_multiply(mcugen_multiply(x, x), x), 6);
    const int32_t next = mcugen_multiply(half_three, x) - mcugen_multiply(half_input, cube);
    x = mcugen_saturating_shift(next, 3);
  }
  x = mcugen_multiply(x, 1518500250);  // sqrt(1/2)
  return right < 0 ? (mcugen_requant_t){mcugen_shift_left(x, (uint32_t)-right), 0}
                   : (mcugen_requant_t){x, -right};
}

#endif
