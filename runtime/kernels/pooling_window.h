// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The walk over all windows, for every pooling kernel: each brings the function for one window.
#ifndef MCUGEN_KERNELS_POOLING_WINDOW_H
#define MCUGEN_KERNELS_POOLING_WINDOW_H

#include "pooling.h"

// What one output position sees: `rows` x `columns` pixels of `channels` values, from `in` on.
typedef struct {
  const int8_t *in;
  uint32_t rows;
  uint32_t columns;
  uint32_t channels;
  uint32_t row_stride;  // elements from one row of the image to the next
} mcugen_pool_window_t;

typedef void mcugen_pool_function_t(const mcugen_pool_window_t *window, int32_t low, int32_t high,
                                    int8_t *out);

typedef struct {
  uint32_t first;
  uint32_t count;
} mcugen_pool_span_t;

// The part of a window inside the image, along one axis.
static inline mcugen_pool_span_t mcugen_pool_span(uint32_t start, uint32_t pad, uint32_t size,
                                                  uint32_t limit) {
  const uint32_t first = start > pad ? start - pad : 0;
  const uint32_t end = start + size - pad;
  return (mcugen_pool_span_t){first, (end < limit ? end : limit) - first};
}

static inline void mcugen_pool_2d(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out,
                                  mcugen_pool_function_t *pool) {
  mcugen_pool_window_t window = {.channels = layer->channels,
                                 .row_stride = layer->in_width * layer->channels};
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (uint32_t y = 0; y < layer->out_height; ++y) {
      const mcugen_pool_span_t rows =
          mcugen_pool_span(y * layer->stride_y, layer->pad_top, layer->height, layer->in_height);
      window.rows = rows.count;
      for (uint32_t x = 0; x < layer->out_width; ++x) {
        const mcugen_pool_span_t columns =
            mcugen_pool_span(x * layer->stride_x, layer->pad_left, layer->width, layer->in_width);
        window.columns = columns.count;
        window.in = in + rows.first * window.row_stride + columns.first * layer->channels;
        pool(&window, layer->low, layer->high, out);
        out += layer->channels;
      }
    }
    in += layer->in_height * window.row_stride;
  }
}

// The average to the nearest integer, ties away from zero, as TFLite divides.
static inline int32_t mcugen_pool_average(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

#endif
