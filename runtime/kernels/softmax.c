// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::Softmax<int8_t, int8_t> of TFLite, which computes with gemmlowp's
// fixed-point functions: exp as a polynomial times powers of e, the reciprocal by Newton-Raphson.
// Qm.n: m integer bits, n fractional bits and the sign.
#include "softmax.h"

#include <stddef.h>

#include "dsp.h"
#include "fixed_point.h"
#include "requantize.h"

// exp(a) in Q0.31 of a in [-1/4, 0) in Q0.31: Taylor's polynomial of degree 4 around -1/8.
static int32_t exp_of_quarter(int32_t a) {
  const int32_t exp_of_minus_eighth = 1895147668;
  const int32_t third = 715827883;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = mcugen_multiply(x, x);
  const int32_t x3 = mcugen_multiply(x2, x);
  const int32_t x4 = mcugen_multiply(x2, x2);
  const int32_t x3_and_x4 = mcugen_multiply(mcugen_divide_by_power(x4, 2) + x3, third);
  const int32_t higher = mcugen_divide_by_power(x3_and_x4 + x2, 1);
  return exp_of_minus_eighth + mcugen_multiply(exp_of_minus_eighth, x + higher);
}

// exp(a) in Q0.31 of a <= 0 in Q5.26.
static int32_t exp_of_negative(int32_t a) {
  enum { FRACTION_BITS = 26, QUARTER = 1 << (FRACTION_BITS - 2) };
  // exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) in Q0.31
  static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                   39332535,   720401,     242};
  if (a == 0) {
    return INT32_MAX;
  }
  const int32_t quarter = (a & (QUARTER - 1)) - QUARTER;
  const int32_t whole = quarter - a;  // a multiple of 1/4 that is left over, not negative
  int32_t result = exp_of_quarter(quarter * 32);
  for (size_t i = 0; i < sizeof powers / sizeof powers[0]; ++i) {
    if ((whole >> (FRACTION_BITS - 2 + i) & 1) != 0) {
      result = mcugen_multiply(result, powers[i]);
    }
  }
  return result;
}

static int32_t exp_of_difference(const mcugen_softmax_t *layer, int32_t difference) {
  return exp_of_negative(
      mcugen_multiply(mcugen_shift_left(difference, layer->left_shift), layer->multiplier));
}

// What all values of a row share.
typedef struct {
  int32_t largest;
  int32_t scale;  // 1 / sum, shifted to the left
  uint32_t shift;
} row_t;

MCUGEN_INLINE row_t row_of(const mcugen_softmax_t *layer, const int8_t *in, uint32_t out_bits) {
  enum { SUM_INTEGER_BITS = 12 };
  int32_t largest = INT8_MIN;
  for (uint32_t i = 0; i < layer->depth; ++i) {
    largest = in[i] > largest ? in[i] : largest;
  }
  int32_t sum = 0;  // Q12.19, at least 1: the largest value counts as 1
  for (uint32_t i = 0; i < layer->depth; ++i) {
    const int32_t difference = in[i] - largest;
    if (difference >= layer->lowest) {
      sum += mcugen_divide_by_power(exp_of_difference(layer, difference), SUM_INTEGER_BITS);
    }
  }
  // sum = (1 + fraction) * 2^(SUM_INTEGER_BITS - zeros)
  const uint32_t zeros = mcugen_leading_zeros((uint32_t)sum);
  const int32_t fraction = (int32_t)(((uint32_t)sum << zeros) - (UINT32_C(1) << 31));
  return (row_t){largest, mcugen_reciprocal(fraction), SUM_INTEGER_BITS - zeros + 31 - out_bits};
}

// TFLite stops the program where shift > 31.
MCUGEN_INLINE int32_t share_of(const mcugen_softmax_t *layer, row_t row, int32_t x, int32_t low,
                        int32_t high) {
  const int32_t difference = x - row.largest;
  if (difference < layer->lowest || row.shift >= 32) {
    return low;
  }
  const int32_t share = mcugen_multiply(row.scale, exp_of_difference(layer, difference));
  return mcugen_clamp(low + mcugen_divide_by_power(share, row.shift), low, high);
}

// Inlined into one function for each type of output, whose low end and bits are constants there.
MCUGEN_INLINE void softmax(const mcugen_softmax_t *layer, const int8_t *in, void *out,
                           uint32_t out_bits) {
  const int32_t low = -(1 << (out_bits - 1));
  for (uint32_t i = 0; i < layer->rows; ++i) {
    const row_t row = row_of(layer, in, out_bits);
    for (uint32_t c = 0; c < layer->depth; ++c) {
      const int32_t share = share_of(layer, row, in[c], low, -low - 1);
      if (out_bits == 8) {
        ((int8_t *)out)[i * layer->depth + c] = (int8_t)share;
      } else {
        ((int16_t *)out)[i * layer->depth + c] = (int16_t)share;
      }
    }
    in += layer->depth;
  }
}

void mcugen_softmax(const mcugen_softmax_t *layer, const int8_t *in, int8_t *out) {
  softmax(layer, in, out, 8);
}

void mcugen_softmax_to_s16(const mcugen_softmax_t *layer, const int8_t *in, int16_t *out) {
  softmax(layer, in, out, 16);
}
