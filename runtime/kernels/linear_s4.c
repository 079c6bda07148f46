// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals ConvPerChannel, DepthwiseConvPerChannel and FullyConnected of TFLite's
// reference_integer_ops.
#include "linear_s4.h"

#include "dsp.h"

static void unpack(const uint8_t *packed, uint32_t bytes, int8_t *weights) {
  for (uint32_t i = 0; i < bytes; ++i) {
    weights[2u * i] = (int8_t)((int8_t)(uint8_t)(packed[i] << 4) >> 4);
    weights[2u * i + 1u] = (int8_t)((int8_t)packed[i] >> 4);
  }
}

// `in` is the image, from the first channel of the group on.
static int32_t dot(const mcugen_linear_s4_t *layer, const int8_t *in, const int8_t *weights,
                   int32_t y, int32_t x) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = f->in_channels / layer->groups;
  const int32_t top = y * f->stride_y - f->pad_top;
  const int32_t left = x * f->stride_x - f->pad_left;
  const mcugen_range_t rows = mcugen_taps_inside(top, f->dilation_y, f->height, f->in_height);
  const mcugen_range_t columns = mcugen_taps_inside(left, f->dilation_x, f->width, f->in_width);
  int32_t sum = 0;
  for (int32_t ky = rows.first; ky < rows.end; ++ky) {
    for (int32_t kx = columns.first; kx < columns.end; ++kx) {
      const int32_t at = (top + ky * f->dilation_y) * f->in_width + left + kx * f->dilation_x;
      const int8_t *const pixel = &in[(uint32_t)at * f->in_channels];
      const int8_t *const tap = &weights[(uint32_t)(ky * f->width + kx) * depth];
      for (uint32_t c = 0; c < depth; ++c) {
        sum += tap[c] * (pixel[c] - layer->in_zero_point);
      }
    }
  }
  return sum;
}

// One output channel of one image; `out` is its first value.
MCUGEN_INLINE void channel(const mcugen_linear_s4_t *layer, const int8_t *in, const int8_t *weights,
                           int8_t *out, uint32_t o, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  for (int32_t y = 0; y < f->out_height; ++y) {
    for (int32_t x = 0; x < f->out_width; ++x) {
      const int32_t sum = mcugen_add(dot(layer, in, weights, y, x), layer->bias[o]);
      const int32_t value = mcugen_requantize(sum, layer->requant[o], rounding);
      *out = (int8_t)mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
      out += f->out_channels;
    }
  }
}

MCUGEN_INLINE void linear(const mcugen_linear_s4_t *layer, const int8_t *in, int8_t *out,
                          int8_t *weights, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = f->in_channels / layer->groups;
  const uint32_t bytes = ((uint32_t)(f->height * f->width) * depth + 1u) / 2u;
  const uint32_t image = (uint32_t)(f->in_height * f->in_width) * f->in_channels;
  const uint32_t made = (uint32_t)(f->out_height * f->out_width) * f->out_channels;
  for (uint32_t o = 0; o < f->out_channels; ++o) {
    unpack(&layer->weights[o * bytes], bytes, weights);
    const uint32_t first = o / (f->out_channels / layer->groups) * depth;
    for (uint32_t batch = 0; batch < f->batches; ++batch) {
      channel(layer, in + batch * image + first, weights, out + batch * made + o, o, rounding);
    }
  }
}

void mcugen_linear_s4_double(const mcugen_linear_s4_t *layer, const int8_t *in, int8_t *out,
                             void *scratch) {
  linear(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_linear_s4_single(const mcugen_linear_s4_t *layer, const int8_t *in, int8_t *out,
                             void *scratch) {
  linear(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
