// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The same sums as reference_integer_ops::TransposeConv of TFLite, which scatters instead.
#include "transpose_conv.h"

// The input row or column that filter element `k` takes to output `at`; -1 where there is none.
static int32_t source(int32_t at, int32_t k, int32_t stride, int32_t size) {
  const int32_t place = at - k;
  return place >= 0 && place % stride == 0 && place / stride < size ? place / stride : -1;
}

static int32_t dot(const mcugen_transpose_conv_t *layer, const int8_t *weights, const int8_t *pixel,
                   int32_t sum) {
  for (int32_t c = 0; c < layer->in_channels; ++c) {
    sum = mcugen_add(sum, weights[c] * (pixel[c] - layer->in_zero_point));
  }
  return sum;
}

// The sum of output channel `o` at (y, x); `in` is the batch's image.
static int32_t gather(const mcugen_transpose_conv_t *layer, const int8_t *in, int32_t y, int32_t x,
                      int32_t o) {
  const int8_t *weights = &layer->weights[o * layer->height * layer->width * layer->in_channels];
  int32_t sum = layer->bias[o];
  for (int32_t ky = 0; ky < layer->height; ++ky) {
    const int32_t row = source(y + layer->pad_top, ky, layer->stride_y, layer->in_height);
    for (int32_t kx = 0; kx < layer->width; ++kx) {
      const int32_t column = source(x + layer->pad_left, kx, layer->stride_x, layer->in_width);
      if (row >= 0 && column >= 0) {
        const int8_t *pixel = &in[(row * layer->in_width + column) * layer->in_channels];
        sum = dot(layer, weights, pixel, sum);
      }
      weights += layer->in_channels;
    }
  }
  return sum;
}

static inline void transpose_conv(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out, mcugen_rounding_t rounding) {
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (int32_t y = 0; y < layer->out_height; ++y) {
      for (int32_t x = 0; x < layer->out_width; ++x) {
        for (int32_t o = 0; o < layer->out_channels; ++o) {
          const int32_t sum = gather(layer, in, y, x, o);
          const int32_t value =
              mcugen_add(mcugen_requantize(sum, layer->requant[o], rounding), layer->zero_point);
          *out++ = (int8_t)mcugen_clamp(value, layer->low, layer->high);
        }
      }
    }
    in += layer->in_height * layer->in_width * layer->in_channels;
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
