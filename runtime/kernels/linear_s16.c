// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals ConvPerChannel, DepthwiseConvPerChannel, TransposeConv and FullyConnected of TFLite's
// reference_integer_ops for int16, and QuantizeLeakyRelu.
#include "linear_s16.h"

// The row or column of the input that tap `k` sees from output `at`, or -1.
static int32_t place(const mcugen_linear_s16_t *layer, int32_t at, int32_t pad, int32_t k,
                     int32_t stride, int32_t dilation, int32_t size) {
  int32_t found = at * stride - pad + k * dilation;
  if (layer->transposed != 0) {
    const int32_t distance = at + pad - k;
    found = distance >= 0 && distance % stride == 0 ? distance / stride : -1;
  }
  return found < size ? found : -1;
}

static int64_t dot(const mcugen_linear_s16_t *layer, const int16_t *in, int32_t y, int32_t x,
                   uint32_t o) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  const uint32_t first = o / ((uint32_t)f->out_channels / layer->groups) * depth;
  const int8_t *weights = &layer->weights[o * f->height * f->width * depth];
  int64_t sum = layer->bias[o];
  for (int32_t ky = 0; ky < f->height; ++ky) {
    const int32_t row = place(layer, y, f->pad_top, ky, f->stride_y, f->dilation_y, f->in_height);
    for (int32_t kx = 0; kx < f->width; ++kx) {
      const int32_t column =
          place(layer, x, f->pad_left, kx, f->stride_x, f->dilation_x, f->in_width);
      if (row >= 0 && column >= 0) {
        const int16_t *pixel = &in[(row * f->in_width + column) * f->in_channels];
        for (uint32_t c = 0; c < depth; ++c) {
          sum += weights[c] * pixel[first + c];
        }
      }
      weights += depth;
    }
  }
  return sum;
}

void mcugen_linear_s16(const mcugen_linear_s16_t *layer, const int16_t *in, int16_t *out) {
  const mcugen_filter_t *f = &layer->filter;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      for (int32_t x = 0; x < f->out_width; ++x) {
        for (uint32_t o = 0; o < f->out_channels; ++o) {
          const int64_t sum = dot(layer, in, y, x, o);
          const int32_t value = layer->wide != 0 ? mcugen_requantize_wide(sum, layer->requant[o])
                                                 : mcugen_requantize_double((int32_t)(uint32_t)sum,
                                                                            layer->requant[o]);
          *out++ = (int16_t)mcugen_clamp(value, layer->low, layer->high);
        }
      }
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

void mcugen_leaky_relu_s16(const mcugen_leaky_relu_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    const int32_t x = in[i] - layer->in_zero_point;
    const int32_t scaled = x >= 0 ? mcugen_requantize_double(x, layer->above)
                                  : layer->below_sign * mcugen_requantize_double(x, layer->below);
    out[i] = (int16_t)mcugen_clamp(scaled + layer->zero_point, layer->low, INT16_MAX);
  }
}
