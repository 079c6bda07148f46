// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::Softmax<int8_t, int8_t> and LogSoftmax of TFLite, which computes with
// gemmlowp's fixed-point functions: exp as a polynomial times powers of e, the reciprocal by
// Newton-Raphson. Qm.n: m integer bits, n fractional bits and the sign.
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

enum { SUM_INTEGER_BITS = 12 };

// What all values of a row share.
typedef struct {
  int32_t largest;
  int32_t scale;  // 1 / sum, shifted to the left
  uint32_t shift;
} row_t;

static int32_t largest_of(const mcugen_softmax_t *layer, const int8_t *in) {
  int32_t largest = INT8_MIN;
  for (uint32_t i = 0; i < layer->depth; ++i) {
    largest = in[i] > largest ? in[i] : largest;
  }
  return largest;
}

// Q12.19, at least 1: the largest value counts as 1.
static int32_t sum_of_exps(const mcugen_softmax_t *layer, const int8_t *in, int32_t largest) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < layer->depth; ++i) {
    const int32_t difference = in[i] - largest;
    if (difference >= layer->lowest) {
      sum += mcugen_divide_by_power(exp_of_difference(layer, difference), SUM_INTEGER_BITS);
    }
  }
  return sum;
}

MCUGEN_INLINE row_t row_of(const mcugen_softmax_t *layer, const int8_t *in, uint32_t out_bits) {
  const int32_t largest = largest_of(layer, in);
  const int32_t sum = sum_of_exps(layer, in, largest);
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

void mcugen_softmax_s8_to_s16(const mcugen_softmax_t *layer, const int8_t *in, int16_t *out) {
  softmax(layer, in, out, 16);
}

// log(x) in Q5.26 of x >= 1 in Q12.19: log_x_for_x_greater_than_or_equal_to_1 of TFLite. x or
// x * sqrt(1/2), whichever is nearer, is r * 2^power with r near sqrt(sqrt(1/2)); a rational
// function gives log(r).
static int32_t log_of_sum(int32_t x) {
  const int32_t log_2 = 1488522236;
  const int32_t sqrt_half = 1518500250;
  const int32_t middle = 1805811301;  // sqrt(sqrt(1/2))
  const int32_t alpha_n = 117049297;
  const int32_t alpha_d = 127690142;
  const int32_t alpha_i = 1057819769;
  const int32_t alpha_f = 638450708;
  enum { ONE = 1 << 25, QUARTER = ONE / 4 };  // Q6.25
  const int32_t zeros_a = (int32_t)mcugen_leading_zeros((uint32_t)x);
  const int32_t a = mcugen_multiply(mcugen_shift_left(x, (uint32_t)zeros_a - 1u), sqrt_half);
  const int32_t r_a = mcugen_saturating_shift(a, 1);
  const int32_t b = mcugen_multiply(x, sqrt_half);
  const int32_t zeros_b = (int32_t)mcugen_leading_zeros((uint32_t)b) - 1;
  const int32_t r_b = mcugen_saturating_shift(x, (uint32_t)zeros_b);
  const int32_t power_a = (SUM_INTEGER_BITS - zeros_a) * ONE + QUARTER;
  const int32_t power_b = (SUM_INTEGER_BITS - zeros_b) * ONE - QUARTER;
  const int32_t r = r_a < r_b ? r_a : r_b;
  const int32_t power = power_a > power_b ? power_a : power_b;
  const int32_t p = (int32_t)(((int64_t)r + middle + 1) / 2);
  const int32_t q = (r - middle) * 2;
  const int32_t q2 = mcugen_multiply(q, q);
  const int32_t cubic = mcugen_multiply(mcugen_multiply(q, q2), alpha_n);
  const int32_t numerator = mcugen_multiply(q, r) + cubic;
  const int32_t inner = alpha_i + q + mcugen_multiply(alpha_d, q2);
  const int32_t denominator = mcugen_multiply(p, inner) + mcugen_multiply(alpha_f, q);
  const int32_t scaled = mcugen_divide_by_power(numerator, 6);
  const int32_t log_r = mcugen_multiply(scaled, mcugen_reciprocal(denominator));
  return mcugen_saturating_shift(mcugen_multiply(power, log_2) + log_r, 1);
}

void mcugen_log_softmax(const mcugen_log_softmax_t *layer, const int8_t *in, int8_t *out) {
  enum { OUT_SHIFT = 22 };  // from Q5.26 to steps of 1/16
  const mcugen_softmax_t *const rows = &layer->rows;
  for (uint32_t row = 0; row < rows->rows; ++row) {
    const int32_t largest = largest_of(rows, in);
    const int32_t log_sum = log_of_sum(sum_of_exps(rows, in, largest));
    // Below it a difference less log_sum would not fit Q5.26.
    const int32_t room = mcugen_requantize_double(mcugen_add(log_sum, INT32_MIN), layer->reverse);
    const int32_t least = rows->lowest - 1 > room ? rows->lowest - 1 : room;
    for (uint32_t c = 0; c < rows->depth; ++c) {
      const int32_t difference = in[c] - largest;
      int32_t value = INT8_MIN;
      if (difference > least) {
        const int32_t scaled =
            mcugen_multiply(mcugen_shift_left(difference, rows->left_shift), rows->multiplier);
        value = mcugen_divide_by_power(mcugen_add(scaled, -log_sum), OUT_SHIFT) + INT8_MAX;
      }
      out[c] = (int8_t)mcugen_clamp(value, INT8_MIN, INT8_MAX);
    }
    in += rows->depth;
    out += rows->depth;
  }
}
