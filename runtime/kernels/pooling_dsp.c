// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Pooling for cores with DSP instructions: the four channels of a word at once. Where the channels
// are no multiple of 4, the last word overlaps the one before it.
#include "pooling.h"

#include "dsp.h"
#include "pooling_window.h"

typedef struct {
  uint32_t even, odd;  // sums of channels {0, 2} and {1, 3} in halfwords
} sums_t;

// At most 256 positions: |sum| <= 256 * 128 = 2^15, and +2^15 is out of reach of values <= 127.
MCUGEN_INLINE sums_t sum_four(const mcugen_pool_window_t *window, uint32_t channel) {
  sums_t sums = {0, 0};
  const int8_t *row = window->in + channel;
  for (uint32_t rows = window->rows; rows != 0; --rows) {
    const int8_t *in = row;
    for (uint32_t columns = window->columns; columns != 0; --columns) {
      const uint32_t word = mcugen_load_word(in);
      sums.even = mcugen_sxtab16(sums.even, word);
      sums.odd = mcugen_sxtab16_ror8(sums.odd, word);
      in += window->channels;
    }
    row += window->row_stride;
  }
  return sums;
}

MCUGEN_INLINE uint32_t max_four(const mcugen_pool_window_t *window, uint32_t channel) {
  uint32_t largest = UINT32_C(0x80808080);
  const int8_t *row = window->in + channel;
  for (uint32_t rows = window->rows; rows != 0; --rows) {
    const int8_t *in = row;
    for (uint32_t columns = window->columns; columns != 0; --columns) {
      largest = mcugen_max_s8x4(largest, mcugen_load_word(in));
      in += window->channels;
    }
    row += window->row_stride;
  }
  return largest;
}

MCUGEN_INLINE uint32_t next_four(uint32_t channel, uint32_t channels) {
  return channel + 8 > channels && channel + 4 < channels ? channels - 4 : channel + 4;
}

static void average_window(const mcugen_pool_window_t *window, int32_t low, int32_t high,
                           int8_t *out) {
  const int32_t count = (int32_t)(window->rows * window->columns);
  for (uint32_t c = 0; c < window->channels; c = next_four(c, window->channels)) {
    const sums_t sums = sum_four(window, c);
    const int32_t sum[4] = {(int16_t)(sums.even & 0xFFFFu), (int16_t)(sums.odd & 0xFFFFu),
                            (int16_t)(sums.even >> 16), (int16_t)(sums.odd >> 16)};
    for (uint32_t i = 0; i < 4; ++i) {
      out[c + i] = (int8_t)mcugen_clamp(mcugen_pool_average(sum[i], count), low, high);
    }
  }
}

static void max_window(const mcugen_pool_window_t *window, int32_t low, int32_t high, int8_t *out) {
  const uint32_t lowest = (uint32_t)(low & 0xFF) * UINT32_C(0x01010101);
  const uint32_t highest = (uint32_t)(high & 0xFF) * UINT32_C(0x01010101);
  for (uint32_t c = 0; c < window->channels; c = next_four(c, window->channels)) {
    const uint32_t largest = mcugen_max_s8x4(max_four(window, c), lowest);
    mcugen_store_word(&out[c], mcugen_min_s8x4(largest, highest));
  }
}

void mcugen_average_pool_2d_dsp(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, average_window);
}

void mcugen_max_pool_2d_dsp(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, max_window);
}
