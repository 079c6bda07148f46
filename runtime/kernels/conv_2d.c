// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable CONV_2D: equals reference_integer_ops::ConvPerChannel of TFLite. Four output
// channels at a time, so that each input is loaded once for four multiplications.
#include "conv_2d.h"

#include <stdbool.h>

// Sums that are passed on stay in registers.
#define MCUGEN_INLINE static inline __attribute__((always_inline))

typedef mcugen_conv_2d_t layer_t;

enum { TOGETHER = 4 };

// Sums of four channels; a struct, so that they stay in registers.
typedef struct {
  int32_t sum[TOGETHER];
} sums_t;

// What an output position sees within the image: pieces of taps that lie side by side, in rows. A
// whole row of the filter is a piece, unless something lies between its taps.
typedef struct {
  const int8_t *in;  // the first tap
  uint32_t weights;  // of a channel before that tap
  uint32_t rows;
  uint32_t pieces;      // of a row
  uint32_t run;         // taps of a piece
  uint32_t piece_step;  // bytes of the image from piece to piece and from row to row
  uint32_t row_step;
} view_t;

// sum + a * b, modulo 2^32. On Thumb-2 compilers else add products to each other first, which takes
// more instructions.
MCUGEN_INLINE int32_t multiply_add(int32_t sum, int32_t a, int32_t b) {
#if defined(__GNUC__) && defined(__thumb2__)
  __asm__("mla %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
#else
  return mcugen_add(sum, a * b);
#endif
}

MCUGEN_INLINE sums_t add_tap(sums_t s, const int8_t *weights, int32_t value) {
  s.sum[0] = multiply_add(s.sum[0], value, weights[0]);
  s.sum[1] = multiply_add(s.sum[1], value, weights[1]);
  s.sum[2] = multiply_add(s.sum[2], value, weights[2]);
  s.sum[3] = multiply_add(s.sum[3], value, weights[3]);
#if defined(__GNUC__)
  // What comes after is not loaded before, for want of registers.
  __asm__ volatile("" ::: "memory");
#endif
  return s;
}

MCUGEN_INLINE sums_t add_four_taps(sums_t s, const int8_t *weights, const int8_t *in,
                                   int32_t zero_point) {
  s = add_tap(s, weights, *in - zero_point);
  s = add_tap(s, weights + TOGETHER, in[1] - zero_point);
  s = add_tap(s, weights + 2 * TOGETHER, in[2] - zero_point);
  s = add_tap(s, weights + 3 * TOGETHER, in[3] - zero_point);
  return s;
}

// Inputs side by side, of `count` weights for each channel.
MCUGEN_INLINE sums_t add_four(sums_t s, const int8_t *weights, const int8_t *in, uint32_t count,
                              int32_t zero_point) {
  for (; count >= 8; count -= 8) {
    s = add_four_taps(s, weights, in, zero_point);
    s = add_four_taps(s, weights + 4 * TOGETHER, in + 4, zero_point);
    weights += 8 * TOGETHER;
    in += 8;
  }
  for (; count != 0; --count) {
    s = add_tap(s, weights, *in++ - zero_point);
    weights += TOGETHER;
  }
  return s;
}

MCUGEN_INLINE sums_t add_one(sums_t s, const int8_t *weights, const int8_t *in, uint32_t count,
                             int32_t zero_point) {
  for (uint32_t i = 0; i < count; ++i) {
    s.sum[0] = mcugen_add(s.sum[0], (in[i] - zero_point) * weights[i]);
  }
  return s;
}

// The sums of `together` channels, four or one, of the group whose first input channel is
// `channel`.
MCUGEN_INLINE sums_t dot(const layer_t *layer, const view_t *seen, const int8_t *weights,
                         uint32_t channel, sums_t s, uint32_t together) {
  const uint32_t depth = (uint32_t)layer->filter.in_channels / layer->groups;
  const uint32_t weight_row = layer->filter.width * depth * together;
  const int32_t zero_point = layer->in_zero_point;
  const int8_t *row = seen->in + channel;
  weights += seen->weights * together;
  for (uint32_t rows = seen->rows; rows != 0; --rows) {
    const int8_t *in = row;
    const int8_t *w = weights;
    for (uint32_t pieces = seen->pieces; pieces != 0; --pieces) {
      s = together == TOGETHER ? add_four(s, w, in, seen->run, zero_point)
                               : add_one(s, w, in, seen->run, zero_point);
      in += seen->piece_step;
      w += seen->run * together;
    }
    row += seen->row_step;
    weights += weight_row;
  }
  return s;
}

// Not inlined, so that the sums of four channels stay in registers.
static __attribute__((noinline)) sums_t dot_four(const layer_t *layer, const view_t *seen,
                                                 const int8_t *weights, uint32_t channel,
                                                 const int32_t *bias) {
  const sums_t start = {{bias[0], bias[1], bias[2], bias[3]}};
  return dot(layer, seen, weights, channel, start, TOGETHER);
}

static inline sums_t dot_one(const layer_t *layer, const view_t *seen, const int8_t *weights,
                             uint32_t channel, const int32_t *bias) {
  return dot(layer, seen, weights, channel, (sums_t){{bias[0], 0, 0, 0}}, 1);
}

// All channels at one position.
static inline void every_channel(const layer_t *layer, const view_t *seen, int8_t *out,
                                 mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  const uint32_t taps = (uint32_t)f->height * f->width * depth;
  const uint32_t channels = (uint32_t)f->out_channels / layer->groups;
  const int32_t zero_point = layer->zero_point;
  const int32_t low = layer->low;
  const int32_t high = layer->high;
  const int8_t *weights = layer->weights;
  const int32_t *bias = layer->bias;
  const mcugen_requant_t *requant = layer->requant;
  for (uint32_t group = 0; group < layer->groups; ++group) {
    for (uint32_t left = channels; left != 0;) {
      const uint32_t together = left >= TOGETHER ? TOGETHER : 1u;
      const sums_t s = together == TOGETHER ? dot_four(layer, seen, weights, group * depth, bias)
                                            : dot_one(layer, seen, weights, group * depth, bias);
      for (uint32_t i = 0; i < together; ++i) {
        const int32_t value = mcugen_requantize(s.sum[i], *requant++, rounding);
        *out++ = (int8_t)mcugen_clamp(mcugen_add(value, zero_point), low, high);
      }
      weights += taps * together;
      bias += together;
      left -= together;
    }
  }
}

// What the position sees whose filter starts at row `y` and column `x`, perhaps outside.
static inline view_t view(const layer_t *layer, const int8_t *image, int32_t y, int32_t x) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t depth = (uint32_t)f->in_channels / layer->groups;
  const mcugen_range_t rows = mcugen_taps_inside(y, f->dilation_y, f->height, f->in_height);
  const mcugen_range_t columns = mcugen_taps_inside(x, f->dilation_x, f->width, f->in_width);
  const uint32_t count = (uint32_t)(columns.end - columns.first);
  const bool solid = layer->groups == 1 && f->dilation_x == 1;
  const int32_t first_y = y + rows.first * f->dilation_y;
  const int32_t first_x = x + columns.first * f->dilation_x;
  return (view_t){
      .in = count == 0 ? image : &image[(first_y * f->in_width + first_x) * f->in_channels],
      .weights = (uint32_t)(rows.first * f->width + columns.first) * depth,
      .rows = (uint32_t)(rows.end - rows.first),
      .pieces = count == 0 || !solid ? count : 1u,
      .run = solid ? count * depth : depth,
      .piece_step = (uint32_t)f->dilation_x * f->in_channels,
      .row_step = (uint32_t)f->dilation_y * f->in_width * f->in_channels,
  };
}

static inline void conv_2d(const layer_t *layer, const int8_t *in, int8_t *out,
                           mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      for (int32_t x = 0; x < f->out_width; ++x) {
        const view_t seen =
            view(layer, in, y * f->stride_y - f->pad_top, x * f->stride_x - f->pad_left);
        every_channel(layer, &seen, out, rounding);
        out += f->out_channels;
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
