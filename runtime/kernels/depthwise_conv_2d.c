// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable DEPTHWISE_CONV_2D: equals reference_integer_ops::DepthwiseConvPerChannel of TFLite.
// Four output channels at a time where each input channel has one.
#include "depthwise_conv_2d.h"

typedef mcugen_depthwise_conv_2d_t layer_t;

enum { TOGETHER = 4 };

// What an output position sees: taps within the image, and the first tap's pixel, perhaps outside.
typedef struct {
  const int8_t *image;  // of its batch
  int32_t y, x;
  mcugen_range_t rows, columns;
} view_t;

// Sums of neighbouring channels, four or one; a struct, so that they stay in registers.
typedef struct {
  int32_t sum[TOGETHER];
} sums_t;

// Channels from `o` on, which see the input channels from `channel` on.
static inline sums_t dot(const layer_t *layer, const view_t *seen, uint32_t channel, uint32_t o,
                         sums_t s, uint32_t together) {
  const mcugen_filter_t *f = &layer->filter;
  const int32_t zero_point = layer->in_zero_point;
  const int32_t step = f->dilation_x * f->in_channels;
  for (int32_t ky = seen->rows.first; ky < seen->rows.end; ++ky) {
    const int32_t first = seen->columns.first;
    const int32_t row = (seen->y + ky * f->dilation_y) * f->in_width + seen->x;
    const int8_t *in = &seen->image[(row + first * f->dilation_x) * f->in_channels] + channel;
    const int8_t *weights = &layer->weights[(ky * f->width + first) * f->out_channels] + o;
    for (int32_t left = seen->columns.end - first; left > 0; --left) {
      s.sum[0] = mcugen_add(s.sum[0], weights[0] * (in[0] - zero_point));
      if (together == TOGETHER) {
        s.sum[1] = mcugen_add(s.sum[1], weights[1] * (in[1] - zero_point));
        s.sum[2] = mcugen_add(s.sum[2], weights[2] * (in[2] - zero_point));
        s.sum[3] = mcugen_add(s.sum[3], weights[3] * (in[3] - zero_point));
      }
      in += step;
      weights += f->out_channels;
    }
  }
  return s;
}

static inline int8_t finish(const layer_t *layer, int32_t sum, uint32_t o,
                            mcugen_rounding_t rounding) {
  const int32_t value = mcugen_requantize(sum, layer->requant[o], rounding);
  return (int8_t)mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
}

// All channels at one position.
static inline void every_channel(const layer_t *layer, const view_t *seen, int8_t *out,
                                 mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t multiplier = (uint32_t)f->out_channels / f->in_channels;
  const uint32_t fours = multiplier == 1 ? f->out_channels / TOGETHER * TOGETHER : 0u;
  uint32_t o = 0;
  while (o < fours) {
    const int32_t *bias = &layer->bias[o];
    const sums_t start = {{bias[0], bias[1], bias[2], bias[3]}};
    const sums_t s = dot(layer, seen, o, o, start, TOGETHER);
    for (uint32_t i = 0; i < TOGETHER; ++i) {
      out[o] = finish(layer, s.sum[i], o, rounding);
      ++o;
    }
  }
  for (; o < f->out_channels; ++o) {
    const sums_t start = {{layer->bias[o], 0, 0, 0}};
    out[o] = finish(layer, dot(layer, seen, o / multiplier, o, start, 1).sum[0], o, rounding);
  }
}

static inline void depthwise_conv_2d(const layer_t *layer, const int8_t *in, int8_t *out,
                                     mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  view_t seen = {.image = in};
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      seen.y = y * f->stride_y - f->pad_top;
      seen.rows = mcugen_taps_inside(seen.y, f->dilation_y, f->height, f->in_height);
      for (int32_t x = 0; x < f->out_width; ++x) {
        seen.x = x * f->stride_x - f->pad_left;
        seen.columns = mcugen_taps_inside(seen.x, f->dilation_x, f->width, f->in_width);
        every_channel(layer, &seen, out, rounding);
        out += f->out_channels;
      }
    }
    seen.image += f->in_height * f->in_width * f->in_channels;
  }
}

void mcugen_depthwise_conv_2d_double(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out) {
  depthwise_conv_2d(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_depthwise_conv_2d_single(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out) {
  depthwise_conv_2d(layer, in, out, MCUGEN_ROUND_SINGLE);
}
