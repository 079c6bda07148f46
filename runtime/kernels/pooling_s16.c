// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable pooling of int16: equals reference_integer_ops::AveragePool and MaxPool of TFLite.
#include "pooling.h"

#include <stdbool.h>

#include "pooling_window.h"
#include "requantize.h"

// The average or the largest value of one channel in a window that begins at `in`.
static int32_t pooled(const mcugen_pool_2d_t *layer, const int16_t *in, mcugen_pool_span_t rows,
                      mcugen_pool_span_t columns, bool averages) {
  int32_t sum = 0;
  int32_t largest = INT16_MIN;
  for (uint32_t row = rows.first; row < rows.first + rows.count; ++row) {
    for (uint32_t column = columns.first; column < columns.first + columns.count; ++column) {
      const int32_t x = in[(row * layer->in_width + column) * layer->channels];
      sum = mcugen_add(sum, x);
      largest = x > largest ? x : largest;
    }
  }
  const int32_t count = (int32_t)(rows.count * columns.count);
  return mcugen_clamp(averages ? mcugen_pool_average(sum, count) : largest, layer->low,
                      layer->high);
}

static void pool(const mcugen_pool_2d_t *layer, const int16_t *in, int16_t *out, bool averages) {
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (uint32_t y = 0; y < layer->out_height; ++y) {
      const mcugen_pool_span_t rows =
          mcugen_pool_span(y * layer->stride_y, layer->pad_top, layer->height, layer->in_height);
      for (uint32_t x = 0; x < layer->out_width; ++x) {
        const mcugen_pool_span_t columns =
            mcugen_pool_span(x * layer->stride_x, layer->pad_left, layer->width, layer->in_width);
        for (uint32_t channel = 0; channel < layer->channels; ++channel) {
          *out++ = (int16_t)pooled(layer, in + channel, rows, columns, averages);
        }
      }
    }
    in += layer->in_height * layer->in_width * layer->channels;
  }
}

void mcugen_average_pool_2d_s16(const mcugen_pool_2d_t *layer, const int16_t *in, int16_t *out) {
  pool(layer, in, out, true);
}

void mcugen_max_pool_2d_s16(const mcugen_pool_2d_t *layer, const int16_t *in, int16_t *out) {
  pool(layer, in, out, false);
}
