// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable CONV_2D: equals reference_integer_ops::ConvPerChannel of TFLite.
#include "conv_2d.h"

// The sum of output channel `o` at (y, x); `in` is the batch's image.
static int32_t dot(const mcugen_conv_2d_t *layer, const int8_t *in, int32_t y, int32_t x,
                   uint32_t o) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  const uint32_t first = o / ((uint32_t)f->out_channels / layer->groups) * depth;
  const int8_t *weights = &layer->weights[o * f->height * f->width * depth];
  int32_t sum = layer->bias[o];
  for (int32_t ky = 0; ky < f->height; ++ky) {
    const int32_t row = y * f->stride_y - f->pad_top + ky * f->dilation_y;
    for (int32_t kx = 0; kx < f->width; ++kx) {
      const int32_t column = x * f->stride_x - f->pad_left + kx * f->dilation_x;
      if (row >= 0 && row < f->in_height && column >= 0 && column < f->in_width) {
        const int8_t *pixel = &in[(row * f->in_width + column) * f->in_channels];
        for (uint32_t c = 0; c < depth; ++c) {
          sum = mcugen_add(sum, weights[c] * (pixel[first + c] - layer->in_zero_point));
        }
      }
      weights += depth;
    }
  }
  return sum;
}

static inline void conv_2d(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out,
                           mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      for (int32_t x = 0; x < f->out_width; ++x) {
        for (uint32_t o = 0; o < f->out_channels; ++o) {
          const int32_t sum = dot(layer, in, y, x, o);
          const int32_t value =
              mcugen_add(mcugen_requantize(sum, layer->requant[o], rounding), layer->zero_point);
          *out++ = (int8_t)mcugen_clamp(value, layer->low, layer->high);
        }
      }
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

void mcugen_conv_2d_double(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out) {
  conv_2d(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_single(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out) {
  conv_2d(layer, in, out, MCUGEN_ROUND_SINGLE);
}
