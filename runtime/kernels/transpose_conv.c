// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable TRANSPOSE_CONV: equals reference_integer_ops::TransposeConv of TFLite, which
// scatters what is gathered here.
#include "transpose_conv.h"

// The input's row or column that tap `k` takes to output `at`, or -1.
static int32_t source(int32_t at, int32_t pad, int32_t k, int32_t stride, int32_t size) {
  const int32_t distance = at + pad - k;
  return distance >= 0 && distance % stride == 0 && distance / stride < size ? distance / stride
                                                                             : -1;
}

// The sum of output channel `o` at (y, x); `in` is the batch's image.
static int32_t dot(const mcugen_transpose_conv_t *layer, const int8_t *in, int32_t y, int32_t x,
                   uint32_t o) {
  const mcugen_filter_t *f = &layer->filter;
  const int8_t *weights = &layer->weights[o * f->height * f->width * f->in_channels];
  int32_t sum = layer->bias[o];
  for (int32_t ky = 0; ky < f->height; ++ky) {
    const int32_t row = source(y, f->pad_top, ky, f->stride_y, f->in_height);
    for (int32_t kx = 0; kx < f->width; ++kx) {
      const int32_t column = source(x, f->pad_left, kx, f->stride_x, f->in_width);
      if (row >= 0 && column >= 0) {
        const int8_t *pixel = &in[(row * f->in_width + column) * f->in_channels];
        for (uint32_t c = 0; c < f->in_channels; ++c) {
          sum = mcugen_add(sum, weights[c] * (pixel[c] - layer->in_zero_point));
        }
      }
      weights += f->in_channels;
    }
  }
  return sum;
}

static inline void transpose_conv(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out, mcugen_rounding_t rounding) {
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

void mcugen_transpose_conv_double(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out) {
  transpose_conv(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_transpose_conv_single(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out) {
  transpose_conv(layer, in, out, MCUGEN_ROUND_SINGLE);
}
