// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D with the vectors of simd.h. A block of channels is computed at all positions of
// a row before the next block: its weights and factors stay in registers.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_ROWS_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_ROWS_H

#include "depthwise_conv_2d_vector.h"
#include "padded_rows.h"

#define MCUGEN_MOST_KEPT 10u

// Eight channels, from `c` on, of a row of outputs. `taps` are those of the first position, their
// count is even. With `kept`, for at most MCUGEN_MOST_KEPT, the weights are loaded once.
MCUGEN_INLINE void mcugen_slide_block(const mcugen_depthwise_conv_2d_vector_t *layer,
                                      const int8_t *const *taps, uint32_t count, bool kept,
                                      const int8_t *weights, const int32_t *block, uint32_t c,
                                      int8_t *out, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  mcugen_channels_t *channels = (mcugen_channels_t *)block;
  const mcugen_sums_t start = mcugen_start_sums(channels[0]);
  const mcugen_factors_t factors = mcugen_load_factors(channels);
  const uint32_t pitch = f->out_channels;
  const uint32_t step = (uint32_t)f->stride_x * f->in_channels;
  mcugen_pair_t pairs[MCUGEN_MOST_KEPT / 2u];
  if (kept) {
    MCUGEN_UNROLL for (uint32_t t = 0; t < count; t += 2) {
      pairs[t / 2] = mcugen_load_pair(weights + t * MCUGEN_LANES);
    }
  }
  uint32_t at = c;
  out += c;
  for (uint32_t x = f->out_width; x != 0; --x) {
    mcugen_sums_t sums = start;
    MCUGEN_UNROLL for (uint32_t t = 0; t < count; t += 2) {
      const mcugen_pair_t pair = kept ? pairs[t / 2] : mcugen_load_pair(weights + t * MCUGEN_LANES);
      sums = mcugen_add_taps(sums, pair, taps[t] + at, taps[t + 1] + at);
    }
    mcugen_finish(out, MCUGEN_LANES, sums, factors, range, rounding);
    at += step;
    out += pitch;
  }
}

// As mcugen_slide_block; counts that the compiler knows are twice as fast.
MCUGEN_INLINE void mcugen_slide_taps(const mcugen_depthwise_conv_2d_vector_t *layer,
                                     const int8_t *const *taps, uint32_t count,
                                     const int8_t *weights, const int32_t *block, uint32_t c,
                                     int8_t *out, mcugen_rounding_t rounding) {
  switch (count) {
    case 4:
      mcugen_slide_block(layer, taps, 4, true, weights, block, c, out, rounding);
      break;
    case 6:
      mcugen_slide_block(layer, taps, 6, true, weights, block, c, out, rounding);
      break;
    case 10:  // 3x3
      mcugen_slide_block(layer, taps, 10, true, weights, block, c, out, rounding);
      break;
    default:
      mcugen_slide_block(layer, taps, count, false, weights, block, c, out, rounding);
      break;
  }
}

// Where the taps of a row's first position are. Their number is made even by one of weight 0.
MCUGEN_INLINE uint32_t mcugen_find_taps(const mcugen_filter_t *f, mcugen_seen_rows_t rows,
                                        const int8_t **taps) {
  uint32_t count = 0;
  const int8_t *row = rows.first;
  for (uint32_t ky = 0; ky < f->height; ++ky) {
    for (uint32_t kx = 0; kx < f->width; ++kx) {
      taps[count++] = row + kx * f->dilation_x * f->in_channels;
    }
    row = mcugen_next_row(rows, row);
  }
  taps[count] = taps[0];
  return (count + 1u) / 2u * 2u;
}

MCUGEN_INLINE void mcugen_depthwise_conv_2d_rows(const mcugen_depthwise_conv_2d_vector_t *layer,
                                                 const int8_t *in, int8_t *out, int8_t *scratch,
                                                 mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const int8_t *taps[MCUGEN_MOST_TAPS + 1];
  const uint32_t last = f->out_channels - MCUGEN_LANES;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    mcugen_padded_rows_t rows = mcugen_begin_rows(f, layer->in_zero_point, in, scratch);
    for (int32_t y = 0; y < f->out_height; ++y) {
      const uint32_t count = mcugen_find_taps(f, mcugen_see_rows(&rows, y), taps);
      const int8_t *weights = layer->weights;
      const int32_t *block = layer->channels;
      for (uint32_t o = 0; o < f->out_channels; o += MCUGEN_LANES) {
        const uint32_t c = o < last ? o : last;
        mcugen_slide_taps(layer, taps, count, weights, block, c, out, rounding);
        weights += count * MCUGEN_LANES;
        block += 3u * MCUGEN_LANES;
      }
      out += f->out_width * f->out_channels;
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

#endif
