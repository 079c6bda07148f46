// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MEAN with Helium: sixteen sums at a time, of values that lie side by side. Where their number is
// no multiple of 16, the last block overlaps the one before it.
#define MCUGEN_LANES 16u
#include "mean.h"

#include "mve.h"

#ifdef __ARM_FEATURE_MVE
typedef struct {
  int32x4_t four[4];
} sums_t;

MCUGEN_INLINE void add_sixteen(sums_t *sums, const int8_t *in) {
  MCUGEN_UNROLL for (uint32_t i = 0; i < 4; ++i) {
    sums->four[i] = vaddq_s32(sums->four[i], vldrbq_s32(in + 4 * i));
  }
}

MCUGEN_INLINE sums_t sum_over(const mcugen_mean_axes_t *axes, const int8_t *in, int32_t offset) {
  sums_t sums;
  MCUGEN_UNROLL for (uint32_t i = 0; i < 4; ++i) { sums.four[i] = vdupq_n_s32(offset); }
  for (uint32_t i = 0; i < axes->sizes[0]; ++i) {
    for (uint32_t j = 0; j < axes->sizes[1]; ++j) {
      const int8_t *row = in + i * axes->steps[0] + j * axes->steps[1];
      for (uint32_t k = axes->sizes[2]; k != 0; --k) {
        add_sixteen(&sums, row);
        row += axes->steps[2];
      }
    }
  }
  return sums;
}

MCUGEN_INLINE void mean_of_sixteen(const mcugen_mean_t *layer, const int8_t *in, int8_t *out) {
  const sums_t sums = sum_over(&layer->summed, in, layer->offset);
  MCUGEN_UNROLL for (uint32_t i = 0; i < 4; ++i) {
    int32x4_t values = mcugen_requantize_four(sums.four[i], vdupq_n_s32(layer->by.multiplier),
                                              vdupq_n_s32(layer->by.shift), MCUGEN_ROUND_DOUBLE);
    values = vqaddq_n_s32(values, layer->zero_point);
    values = vminq_s32(vmaxq_s32(values, vdupq_n_s32(INT8_MIN)), vdupq_n_s32(INT8_MAX));
    vstrbq_s32(out + 4 * i, values);
  }
}
#else
MCUGEN_INLINE void mean_of_sixteen(const mcugen_mean_t *layer, const int8_t *in, int8_t *out) {
  const mcugen_mean_axes_t *axes = &layer->summed;
  const mcugen_output_t range = {layer->zero_point, INT8_MIN, INT8_MAX};
  for (uint32_t lane = 0; lane < MCUGEN_LANES; ++lane) {
    int32_t sum = layer->offset;
    for (uint32_t n = 0; n < axes->sizes[0] * axes->sizes[1] * axes->sizes[2]; ++n) {
      const uint32_t k = n % axes->sizes[2], rows = n / axes->sizes[2];
      const uint32_t j = rows % axes->sizes[1], i = rows / axes->sizes[1];
      sum += in[i * axes->steps[0] + j * axes->steps[1] + k * axes->steps[2] + lane];
    }
    out[lane] =
        mcugen_finish_one(sum, layer->by.multiplier, layer->by.shift, range, MCUGEN_ROUND_DOUBLE);
  }
}
#endif

void mcugen_mean_mve(const mcugen_mean_t *layer, const int8_t *in, int8_t *out) {
  const uint32_t *sizes = layer->kept.sizes;
  const uint32_t *steps = layer->kept.steps;
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      const int8_t *row = in + i * steps[0] + j * steps[1];
      for (uint32_t k = 0; k < sizes[2]; k += MCUGEN_LANES) {
        const uint32_t begin = k + MCUGEN_LANES <= sizes[2] ? k : sizes[2] - MCUGEN_LANES;
        mean_of_sixteen(layer, row + begin, out + begin);
      }
      out += sizes[2];
    }
  }
}
