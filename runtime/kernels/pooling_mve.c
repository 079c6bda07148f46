// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Pooling with Helium: sixteen channels at a time. Where their number is no multiple of 16, the
// last block overlaps the one before it.
#define MCUGEN_LANES 16u
#include "pooling.h"

#include "mve.h"
#include "pooling_window.h"

#ifdef __ARM_FEATURE_MVE
// At most 256 positions: sums fit 16 bits.
typedef struct {
  int16x8_t first, last;
} sums_t;

MCUGEN_INLINE sums_t sum_sixteen(const mcugen_pool_window_t *window, uint32_t channel) {
  sums_t sums = {vdupq_n_s16(0), vdupq_n_s16(0)};
  const int8_t *row = window->in + channel;
  for (uint32_t rows = window->rows; rows != 0; --rows) {
    const int8_t *in = row;
    for (uint32_t columns = window->columns; columns != 0; --columns) {
      sums.first = vaddq_s16(sums.first, vldrbq_s16(in));
      sums.last = vaddq_s16(sums.last, vldrbq_s16(in + 8));
      in += window->channels;
    }
    row += window->row_stride;
  }
  return sums;
}

// Each sum divided by the number of positions, ties away from zero. `factor` is 2^29 / positions,
// rounded up, so that a quotient is a little too far from zero, by less than what keeps it from the
// next tie. It may be exact: then a quarter less than a negative sum sends its tie away.
MCUGEN_INLINE int32x4_t divide(int32x4_t sums, int32_t factor) {
  const int32x4_t four_times = vmlaq_n_s32(vshrq_n_s32(sums, 31), sums, 4);
  return vqrdmulhq_n_s32(four_times, factor);
}

MCUGEN_INLINE void average_eight(int16x8_t sums, int32_t factor, int32_t low, int32_t high,
                                 int8_t *out) {
  const int32x4_t even = divide(vmovlbq_s16(sums), factor);
  const int32x4_t odd = divide(vmovltq_s16(sums), factor);
  const int16x8_t values = vmovntq_s32(vmovnbq_s32(sums, even), odd);
  vstrbq_s16(out,
             vminq_s16(vmaxq_s16(values, vdupq_n_s16((int16_t)low)), vdupq_n_s16((int16_t)high)));
}

MCUGEN_INLINE void average_sixteen(const mcugen_pool_window_t *window, uint32_t channel,
                                   int32_t low, int32_t high, int8_t *out) {
  const uint32_t positions = window->rows * window->columns;
  const int32_t factor = (int32_t)(((1u << 29) + positions - 1u) / positions);
  const sums_t sums = sum_sixteen(window, channel);
  average_eight(sums.first, factor, low, high, out);
  average_eight(sums.last, factor, low, high, out + 8);
}

MCUGEN_INLINE void max_sixteen(const mcugen_pool_window_t *window, uint32_t channel, int32_t low,
                               int32_t high, int8_t *out) {
  int8x16_t largest = vdupq_n_s8((int8_t)low);
  const int8_t *row = window->in + channel;
  for (uint32_t rows = window->rows; rows != 0; --rows) {
    const int8_t *in = row;
    for (uint32_t columns = window->columns; columns != 0; --columns) {
      largest = vmaxq_s8(largest, vld1q_s8(in));
      in += window->channels;
    }
    row += window->row_stride;
  }
  vst1q_s8(out, vminq_s8(largest, vdupq_n_s8((int8_t)high)));
}
#else
MCUGEN_INLINE void average_sixteen(const mcugen_pool_window_t *window, uint32_t channel,
                                   int32_t low, int32_t high, int8_t *out) {
  const int32_t positions = (int32_t)(window->rows * window->columns);
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    int32_t sum = 0;
    for (uint32_t p = 0; p < window->rows * window->columns; ++p) {
      sum += window->in[p / window->columns * window->row_stride +
                        p % window->columns * window->channels + channel + i];
    }
    out[i] = (int8_t)mcugen_clamp(mcugen_pool_average(sum, positions), low, high);
  }
}

MCUGEN_INLINE void max_sixteen(const mcugen_pool_window_t *window, uint32_t channel, int32_t low,
                               int32_t high, int8_t *out) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    int32_t largest = low;
    for (uint32_t p = 0; p < window->rows * window->columns; ++p) {
      const int32_t value = window->in[p / window->columns * window->row_stride +
                                       p % window->columns * window->channels + channel + i];
      largest = value > largest ? value : largest;
    }
    out[i] = (int8_t)mcugen_clamp(largest, low, high);
  }
}
#endif

MCUGEN_INLINE uint32_t begin(uint32_t block, uint32_t channels) {
  return block + MCUGEN_LANES <= channels ? block : channels - MCUGEN_LANES;
}

static void average_window(const mcugen_pool_window_t *window, int32_t low, int32_t high,
                           int8_t *out) {
  for (uint32_t block = 0; block < window->channels; block += MCUGEN_LANES) {
    const uint32_t channel = begin(block, window->channels);
    average_sixteen(window, channel, low, high, out + channel);
  }
}

static void max_window(const mcugen_pool_window_t *window, int32_t low, int32_t high, int8_t *out) {
  for (uint32_t block = 0; block < window->channels; block += MCUGEN_LANES) {
    const uint32_t channel = begin(block, window->channels);
    max_sixteen(window, channel, low, high, out + channel);
  }
}

void mcugen_average_pool_2d_mve(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, average_window);
}

void mcugen_max_pool_2d_mve(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, max_window);
}
