// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable CONV_2D: equals reference_integer_ops::ConvPerChannel of TFLite. Four output channels
// at a time, so that each input is loaded once for four multiplications.
#include <stdbool.h>

#include "conv_2d.h"

typedef mcugen_conv_2d_t layer_t;

enum { TOGETHER = 4 };

// Sums of four channels; a struct, so that they stay in registers.
typedef struct {
  int32_t sum[TOGETHER];
} sums_t;

// What an output position sees: taps within the image, and the first of them.
typedef struct {
  const int8_t *image;  // of its batch
  int32_t y, x;         // of the filter's first tap, perhaps outside
  mcugen_range_t rows, columns;
} view_t;

// Nothing, but on 32-bit Arm cores compilers then add products one by one, which they can multiply and add
// in one instruction, rather than to each other first.
static inline int32_t in_turn(int32_t sum) {
#if defined(__GNUC__) && defined(__arm__)
  __asm__("" : "+r"(sum));
#endif
  return sum;
}

static inline sums_t add_tap(sums_t s, const int8_t *weights, int32_t value) {
  s.sum[0] = in_turn(mcugen_add(s.sum[0], value * weights[0]));
  s.sum[1] = in_turn(mcugen_add(s.sum[1], value * weights[1]));
  s.sum[2] = in_turn(mcugen_add(s.sum[2], value * weights[2]));
  s.sum[3] = in_turn(mcugen_add(s.sum[3], value * weights[3]));
  return s;
}

// Inputs side by side, of `count` weights for each channel.
static inline sums_t add_four(sums_t s, const int8_t *weights, const int8_t *in, uint32_t count,
                              int32_t zero_point) {
  for (; count >= 4; count -= 4) {
    s = add_tap(s, weights, *in - zero_point);
    s = add_tap(s, weights + TOGETHER, in[1] - zero_point);
    s = add_tap(s, weights + 2 * TOGETHER, in[2] - zero_point);
    s = add_tap(s, weights + 3 * TOGETHER, in[3] - zero_point);
    weights += 4 * TOGETHER;
    in += 4;
  }
  for (; count != 0; --count) {
    s = add_tap(s, weights, *in++ - zero_point);
    weights += TOGETHER;
  }
  return s;
}

static inline sums_t add_one(sums_t s, const int8_t *weights, const int8_t *in, uint32_t count,
                             int32_t zero_point) {
  for (uint32_t i = 0; i < count; ++i) {
    s.sum[0] = mcugen_add(s.sum[0], (in[i] - zero_point) * weights[i]);
  }
  return s;
}

// The sums of `together` channels, four or one, of the group whose first input channel is `channel`.
static inline sums_t dot(const layer_t *layer, const view_t *seen, const int8_t *weights,
                         uint32_t channel, sums_t s, uint32_t together) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  // A row of taps lies side by side in the image, unless something lies between them.
  const int32_t step = layer->groups == 1 && f->dilation_x == 1
                           ? seen->columns.end - seen->columns.first
                           : 1;
  const uint32_t run = (uint32_t)step * depth;
  for (int32_t ky = seen->rows.first; ky < seen->rows.end; ++ky) {
    const int32_t row = (seen->y + ky * f->dilation_y) * f->in_width + seen->x;
    for (int32_t kx = seen->columns.first; kx < seen->columns.end; kx += step) {
      const int8_t *in = &seen->image[(row + kx * f->dilation_x) * f->in_channels] + channel;
      const int8_t *w = &weights[(uint32_t)(ky * f->width + kx) * depth * together];
      s = together == TOGETHER ? add_four(s, w, in, run, layer->in_zero_point)
                               : add_one(s, w, in, run, layer->in_zero_point);
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
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  const uint32_t taps = (uint32_t)f->height * f->width * depth;
  const uint32_t channels = (uint32_t)f->out_channels / layer->groups;
  const int8_t *weights = layer->weights;
  uint32_t o = 0;
  for (uint32_t group = 0; group < layer->groups; ++group) {
    for (const uint32_t end = (group + 1) * channels; o < end;) {
      const int32_t *bias = &layer->bias[o];
      const bool four = end - o >= TOGETHER;
      const sums_t start = {{bias[0], four ? bias[1] : 0, four ? bias[2] : 0, four ? bias[3] : 0}};
      const sums_t s = four ? dot(layer, seen, weights, group * depth, start, TOGETHER)
                            : dot(layer, seen, weights, group * depth, start, 1);
      for (uint32_t i = 0; i < (four ? TOGETHER : 1u); ++i) {
        out[o] = finish(layer, s.sum[i], o, rounding);
        weights += taps;
        ++o;
      }
    }
  }
}

static inline void conv_2d(const layer_t *layer, const int8_t *in, int8_t *out,
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

void mcugen_conv_2d_double(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out) {
  conv_2d(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_single(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out) {
  conv_2d(layer, in, out, MCUGEN_ROUND_SINGLE);
}
