// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::SoftmaxInt16 of TFLite.
#include "softmax_s16.h"

#include "dsp.h"
#include "fixed_point.h"

// LUTLookup: 512 lines, each 128 steps wide.
static int32_t look_up(const int16_t *lines, int32_t x) {
  const int32_t at = mcugen_clamp(x, INT16_MIN, INT16_MAX);
  const int16_t *const left = lines + 256 + (at >> 7);
  return left[0] + (((left[1] - left[0]) * (at & 127) + 64) >> 7);
}

MCUGEN_INLINE void softmax(const mcugen_softmax_s16_t *layer, const int16_t *in, int16_t *out,
                           mcugen_rounding_t rounding) {
  int32_t largest = INT16_MIN;
  for (uint32_t i = 0; i < layer->depth; ++i) {
    largest = in[i] > largest ? in[i] : largest;
  }
  int32_t sum = 0;  // Q16.15, not 0: the largest value counts as 1
  for (uint32_t i = 0; i < layer->depth; ++i) {
    const int32_t difference = mcugen_requantize(in[i] - largest, layer->by, rounding);
    const int32_t power = look_up(layer->exponential, difference + INT16_MAX);
    sum += power;
    out[i] = (int16_t)power;
  }
  // sum = (1 + fraction) * 2^shift in Q0.15; the table of 1 / (1 + x) begins at -32768
  const uint32_t zeros = mcugen_leading_zeros((uint32_t)sum);
  const int64_t normal = (int64_t)sum << (zeros - 1u);
  const int32_t fraction = (int32_t)((normal + (1 << 13)) >> 14) - ((1 << 15) + (1 << 16));
  const int32_t scale = look_up(layer->reciprocal, fraction);
  const uint32_t shift = 31u - zeros;
  for (uint32_t i = 0; i < layer->depth; ++i) {
    const int64_t share = (int64_t)out[i] * scale + (INT64_C(1) << (shift - 1u));
    out[i] = (int16_t)mcugen_clamp((int32_t)(share >> shift), 0, INT16_MAX);
  }
}

void mcugen_softmax_s16_double(const mcugen_softmax_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->rows; ++i) {
    softmax(layer, in + i * layer->depth, out + i * layer->depth, MCUGEN_ROUND_DOUBLE);
  }
}

void mcugen_softmax_s16_single(const mcugen_softmax_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->rows; ++i) {
    softmax(layer, in + i * layer->depth, out + i * layer->depth, MCUGEN_ROUND_SINGLE);
  }
}
