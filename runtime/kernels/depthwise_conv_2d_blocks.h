// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The walk of depthwise_conv_2d_vector.h over an image, for every instruction set: its header
// brings MCUGEN_LANES, mcugen_fill, the sums of a block of channels and how they end; MCUGEN_GROUP
// is that of the kernel.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_BLOCKS_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_BLOCKS_H

#include <stdbool.h>

#include "depthwise_conv_2d_vector.h"

// Where the taps of a filter are whose first one is at (y, x); outside the image it is `padding`.
MCUGEN_INLINE void mcugen_find_taps(const mcugen_filter_t *f, const int8_t *image, int32_t y,
                                    int32_t x, const int8_t *padding, const int8_t **taps) {
  const int32_t step = f->dilation_x * f->in_channels;
  const bool whole = x >= 0 && x + (f->width - 1) * f->dilation_x < f->in_width;
  for (int32_t ky = 0; ky < f->height; ++ky) {
    const int32_t row = y + ky * f->dilation_y;
    const bool inside = row >= 0 && row < f->in_height;
    const int8_t *in = image + (row * f->in_width + x) * f->in_channels;
    if (inside && whole) {
      for (int32_t kx = f->width; kx != 0; --kx) {
        *taps++ = in;
        in += step;
      }
    } else {
      for (int32_t kx = 0; kx < f->width; ++kx) {
        const int32_t column = x + kx * f->dilation_x;
        *taps++ = inside && column >= 0 && column < f->in_width ? in + kx * step : padding;
      }
    }
  }
  *taps = padding;  // where the count is filled up to a group
}

// All channels at one position.
MCUGEN_INLINE void mcugen_every_block(const mcugen_depthwise_conv_2d_vector_t *layer,
                                      const int8_t *const *taps, int8_t *out,
                                      mcugen_rounding_t rounding) {
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  const uint32_t count = (uint32_t)layer->filter.height * layer->filter.width;
  const uint32_t filled = (count + MCUGEN_GROUP - 1u) / MCUGEN_GROUP * MCUGEN_GROUP;
  const uint32_t last = layer->filter.out_channels - MCUGEN_LANES;
  const int8_t *weights = layer->weights;
  const int32_t *block = layer->channels;
  for (uint32_t o = 0; o < layer->filter.out_channels; o += MCUGEN_LANES) {
    mcugen_channels_t *channels = (mcugen_channels_t *)block;
    const uint32_t c = o < last ? o : last;
    const mcugen_sums_t sums = mcugen_sum_taps(channels[0], weights, taps, filled, c);
    mcugen_finish(out + c, MCUGEN_LANES, sums, mcugen_load_factors(channels), range, rounding);
    weights += filled * MCUGEN_LANES;
    block += 3u * MCUGEN_LANES;
  }
}

MCUGEN_INLINE void mcugen_depthwise_conv_2d_blocks(const mcugen_depthwise_conv_2d_vector_t *layer,
                                                   const int8_t *in, int8_t *out, int8_t *scratch,
                                                   mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const int8_t *taps[MCUGEN_MOST_TAPS + 1];
  mcugen_fill(scratch, layer->in_zero_point, f->in_channels);
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      for (int32_t x = 0; x < f->out_width; ++x) {
        mcugen_find_taps(f, in, y * f->stride_y - f->pad_top, x * f->stride_x - f->pad_left,
                         scratch, taps);
        mcugen_every_block(layer, taps, out, rounding);
        out += f->out_channels;
      }
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

#endif
