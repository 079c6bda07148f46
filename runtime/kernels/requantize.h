// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// From a 32-bit accumulator back to int8: times a real factor below 2^31, then rounded. Two
// roundings exist in the field; a function's last word says which one it computes.
//   double: TFLite Micro, CMSIS-NN, gemmlowp: a rounding doubling high multiply, then a rounding
//           shift, ties away from zero.
//   single: TFLite with TFLITE_SINGLE_ROUNDING: the 64-bit product is rounded once, ties upward.
//           LiteRT 2.x with XNNPACK is next to it: it multiplies in float32.
#ifndef MCUGEN_KERNELS_REQUANTIZE_H
#define MCUGEN_KERNELS_REQUANTIZE_H

#include <stdint.h>

// factor = multiplier * 2^(shift - 31); multiplier is 0 or in [2^30, 2^31), shift in [-31, 30].
typedef struct {
  int32_t multiplier;
  int32_t shift;
} mcugen_requant_t;

// The fast path of cores with DSP instructions; see mcugen_requantize_channel of dsp.h.
typedef struct {
  int32_t multiplier;
  int32_t addend;
  uint32_t shift;
} mcugen_requant_s8_t;

// RELU is double where the zero point is the smallest output: the nearest integer to a sum below 0
// does not show, so kernels may round its ties anyhow.
typedef enum { MCUGEN_ROUND_DOUBLE, MCUGEN_ROUND_SINGLE, MCUGEN_ROUND_RELU } mcugen_rounding_t;

// value * 2^shift, modulo 2^32.
static inline int32_t mcugen_shift_left(int32_t value, uint32_t shift) {
  return (int32_t)((uint32_t)value << shift);
}

// value / 2^shift to the nearest integer, ties away from zero; shift 0..31.
static inline int32_t mcugen_divide_by_power(int32_t value, uint32_t shift) {
  const int32_t mask = (int32_t)((UINT32_C(1) << shift) - 1u);
  const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> shift) + ((value & mask) > threshold ? 1 : 0);
}

// gemmlowp's MultiplyByQuantizedMultiplier. The high multiply never sees its one saturating case:
// a multiplier is not negative.
static inline int32_t mcugen_requantize_double(int32_t value, mcugen_requant_t by) {
  const uint32_t left = by.shift > 0 ? (uint32_t)by.shift : 0u;
  const uint32_t right = by.shift > 0 ? 0u : (uint32_t)-by.shift;
  const int64_t product = (int64_t)mcugen_shift_left(value, left) * by.multiplier;
  return mcugen_divide_by_power((int32_t)((product + (INT64_C(1) << 30)) >> 31), right);
}

static inline int32_t mcugen_requantize_single(int32_t value, mcugen_requant_t by) {
  const int32_t right = 31 - by.shift;  // 1..62
  const int64_t rounded = (int64_t)value * by.multiplier + (INT64_C(1) << (right - 1));
  const int64_t result = rounded >> right;
  return result > INT32_MAX ? INT32_MAX : result < INT32_MIN ? INT32_MIN : (int32_t)result;
}

static inline int32_t mcugen_requantize(int32_t value, mcugen_requant_t by,
                                        mcugen_rounding_t rounding) {
  return rounding == MCUGEN_ROUND_SINGLE ? mcugen_requantize_single(value, by)
                                         : mcugen_requantize_double(value, by);
}

// MultiplyByQuantizedMultiplier of a 64-bit sum: a multiplier of 15 bits, rounded once.
static inline int32_t mcugen_requantize_wide(int64_t sum, mcugen_requant_t by) {
  const int64_t multiplier =
      by.multiplier < 0x7FFF0000 ? (by.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int32_t right = 15 - by.shift;
  const int64_t result = (sum * multiplier + (INT64_C(1) << (right - 1))) >> right;
  return result > INT32_MAX ? INT32_MAX : result < INT32_MIN ? INT32_MIN : (int32_t)result;
}

static inline int32_t mcugen_clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

// Sum modulo 2^32, as the instruction adds; signed overflow is undefined in C.
static inline int32_t mcugen_add(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

#endif
