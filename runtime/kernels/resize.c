// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The bilinear one equals ResizeBilinearInteger of TFLite's reference kernels.
#include "resize.h"

#include <string.h>

#include "requantize.h"

static void copy_row(const mcugen_resize_nearest_neighbor_t *layer, const uint8_t *row,
                     uint8_t *to) {
  for (uint32_t x = 0; x < layer->out_width; ++x) {
    memcpy(to, &row[layer->columns[x] * layer->pixel_bytes], layer->pixel_bytes);
    to += layer->pixel_bytes;
  }
}

void mcugen_resize_nearest_neighbor(const mcugen_resize_nearest_neighbor_t *layer, const void *in,
                                    void *out) {
  const uint32_t in_row = layer->in_width * layer->pixel_bytes;
  const uint32_t out_row = layer->out_width * layer->pixel_bytes;
  const uint8_t *image = in;
  uint8_t *to = out;
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (uint32_t y = 0; y < layer->out_height; ++y) {
      if (y != 0 && layer->rows[y] == layer->rows[y - 1]) {
        memcpy(to, to - out_row, out_row);
      } else {
        copy_row(layer, &image[layer->rows[y] * in_row], to);
      }
      to += out_row;
    }
    image += layer->in_height * in_row;
  }
}

// |sum| <= 128 * 1536 * 1536 < 2^29: fractions are in -512..1536.
static inline int32_t round_sum(int32_t sum, mcugen_rounding_t rounding) {
  const int32_t half = 1 << 19;
  if (rounding == MCUGEN_ROUND_SINGLE) {
    return (sum + half) >> 20;
  }
  return (sum + (sum > 0 ? half : -half)) / (1 << 20);
}

static inline int8_t *blend(const mcugen_resize_bilinear_t *layer, const int8_t *upper,
                            const int8_t *lower, int32_t y, const int16_t column[3], int8_t *out,
                            mcugen_rounding_t rounding) {
  const uint32_t left = (uint32_t)column[0] * layer->channels;
  const uint32_t right = (uint32_t)column[1] * layer->channels;
  const int32_t x = column[2];
  for (uint32_t c = 0; c < layer->channels; ++c) {
    const int32_t above = upper[left + c] * (1024 - x) + upper[right + c] * x;
    const int32_t below = lower[left + c] * (1024 - x) + lower[right + c] * x;
    *out++ = (int8_t)round_sum(above * (1024 - y) + below * y, rounding);
  }
  return out;
}

static inline void resize_bilinear(const mcugen_resize_bilinear_t *layer, const int8_t *in,
                                   int8_t *out, mcugen_rounding_t rounding) {
  const uint32_t row_size = layer->in_width * layer->channels;
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (uint32_t y = 0; y < layer->out_height; ++y) {
      const int16_t *row = &layer->rows[3 * y];
      const int8_t *upper = &in[(uint32_t)row[0] * row_size];
      const int8_t *lower = &in[(uint32_t)row[1] * row_size];
      for (uint32_t x = 0; x < layer->out_width; ++x) {
        out = blend(layer, upper, lower, row[2], &layer->columns[3 * x], out, rounding);
      }
    }
    in += layer->in_height * row_size;
  }
}

void mcugen_resize_bilinear_double(const mcugen_resize_bilinear_t *layer, const int8_t *in,
                                   int8_t *out) {
  resize_bilinear(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_resize_bilinear_single(const mcugen_resize_bilinear_t *layer, const int8_t *in,
                                   int8_t *out) {
  resize_bilinear(layer, in, out, MCUGEN_ROUND_SINGLE);
}
