// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable pooling: equals reference_integer_ops::AveragePool and MaxPool of TFLite.
#include "pooling.h"

#include "pooling_window.h"
#include "requantize.h"

static void average_window(const mcugen_pool_window_t *window, int32_t low, int32_t high,
                           int8_t *out) {
  const int32_t count = (int32_t)(window->rows * window->columns);
  for (uint32_t channel = 0; channel < window->channels; ++channel) {
    int32_t sum = 0;
    for (uint32_t row = 0; row < window->rows; ++row) {
      const int8_t *in = window->in + row * window->row_stride + channel;
      for (uint32_t column = 0; column < window->columns; ++column) {
        sum += in[column * window->channels];
      }
    }
    out[channel] = (int8_t)mcugen_clamp(mcugen_pool_average(sum, count), low, high);
  }
}

static void max_window(const mcugen_pool_window_t *window, int32_t low, int32_t high, int8_t *out) {
  for (uint32_t channel = 0; channel < window->channels; ++channel) {
    int8_t largest = INT8_MIN;
    for (uint32_t row = 0; row < window->rows; ++row) {
      const int8_t *in = window->in + row * window->row_stride + channel;
      for (uint32_t column = 0; column < window->columns; ++column) {
        const int8_t value = in[column * window->channels];
        largest = value > largest ? value : largest;
      }
    }
    out[channel] = (int8_t)mcugen_clamp(largest, low, high);
  }
}

void mcugen_average_pool_2d(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, average_window);
}

void mcugen_max_pool_2d(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out) {
  mcugen_pool_2d(layer, in, out, max_window);
}
