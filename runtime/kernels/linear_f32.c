// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals Conv, DepthwiseConv and FullyConnected of TFLite's reference_ops for float: the same order
// of sums, so the same bits where the compiler does not fuse multiplications with additions.
#include "linear_f32.h"

static float dot(const mcugen_linear_f32_t *layer, const float *in, int32_t y, int32_t x,
                 uint32_t o) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = f->in_channels / layer->groups;
  const uint32_t first = o / (f->out_channels / layer->groups) * depth;
  const float *weights = &layer->weights[o * f->height * f->width * depth];
  const int32_t top = y * f->stride_y - f->pad_top;
  const int32_t left = x * f->stride_x - f->pad_left;
  const mcugen_range_t rows = mcugen_taps_inside(top, f->dilation_y, f->height, f->in_height);
  const mcugen_range_t columns = mcugen_taps_inside(left, f->dilation_x, f->width, f->in_width);
  float sum = 0.0f;
  for (int32_t ky = rows.first; ky < rows.end; ++ky) {
    for (int32_t kx = columns.first; kx < columns.end; ++kx) {
      const int32_t at = (top + ky * f->dilation_y) * f->in_width + left + kx * f->dilation_x;
      const float *const pixel = &in[(uint32_t)at * f->in_channels + first];
      const float *const tap = &weights[(uint32_t)(ky * f->width + kx) * depth];
      for (uint32_t c = 0; c < depth; ++c) {
        sum += pixel[c] * tap[c];
      }
    }
  }
  return sum + layer->bias[o];
}

void mcugen_linear_f32(const mcugen_linear_f32_t *layer, const float *in, float *out) {
  const mcugen_filter_t *f = &layer->filter;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      for (int32_t x = 0; x < f->out_width; ++x) {
        for (uint32_t o = 0; o < f->out_channels; ++o) {
          const float value = dot(layer, in, y, x, o);
          const float above = value < layer->low ? layer->low : value;
          *out++ = above > layer->high ? layer->high : above;
        }
      }
    }
    in += (uint32_t)(f->in_height * f->in_width) * f->in_channels;
  }
}
