// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The walk of depthwise_conv_2d_mve.c over an image. It brings MCUGEN_LANES and mcugen_block, which
// computes a block of channels at one position.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_BLOCKS_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_BLOCKS_H

#include <stdbool.h>

#include "depthwise_conv_2d_vector.h"

// Where the taps of a filter are whose first one is at (y, x); outside the image it is `padding`.
MCUGEN_INLINE void mcugen_find_taps(const mcugen_filter_t *f, const int8_t *image, int32_t y,
                                    int32_t x, const int8_t *padding, const int8_t **taps) {
  const int32_t step = f->dilation_x * f->in_channels;
  const uint32_t width = f->in_width;
  const int8_t *row = image + (y * f->in_width + x) * f->in_channels;
  for (int32_t ky = f->height; ky != 0; --ky) {
    const uint32_t end = y >= 0 && y < f->in_height ? width : 0;  // columns of this row
    const int8_t *in = row;
    int32_t column = x;
    for (int32_t kx = f->width; kx != 0; --kx) {
      *taps++ = (uint32_t)column < end ? in : padding;
      in += step;
      column += f->dilation_x;
    }
    y += f->dilation_y;
    row += f->dilation_y * f->in_width * f->in_channels;
  }
}

// Whether all taps along an axis are inside the image.
MCUGEN_INLINE bool mcugen_is_whole(int32_t start, int32_t dilation, int32_t taps, int32_t size) {
  return start >= 0 && start + (taps - 1) * dilation < size;
}

// All channels at one position, whose pixels begin `at` bytes behind `taps`.
MCUGEN_INLINE void mcugen_every_block(const mcugen_depthwise_conv_2d_vector_t *layer,
                                      const int8_t *const *taps, uint32_t at, int8_t *out,
                                      mcugen_rounding_t rounding) {
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  const uint32_t count = (uint32_t)layer->filter.height * layer->filter.width;
  const uint32_t last = layer->filter.out_channels - MCUGEN_LANES;
  const int8_t *weights = layer->weights;
  const int32_t *block = layer->channels;
  for (uint32_t o = 0; o < layer->filter.out_channels; o += MCUGEN_LANES) {
    mcugen_channels_t *channels = (mcugen_channels_t *)block;
    const uint32_t c = o < last ? o : last;
    mcugen_block(channels, weights, taps, count, at + c, out + c, &range, rounding);
    weights += count * MCUGEN_LANES;
    block += 3u * MCUGEN_LANES;
  }
}

// A row of outputs. As long as all taps are inside the image, they move on together.
MCUGEN_INLINE void mcugen_depthwise_row(const mcugen_depthwise_conv_2d_vector_t *layer,
                                        const int8_t *image, int32_t y, int8_t *out,
                                        const int8_t *padding, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const bool whole_rows = mcugen_is_whole(y, f->dilation_y, f->height, f->in_height);
  const int8_t *taps[MCUGEN_MOST_TAPS];
  uint32_t at = 0;
  bool was_whole = false;
  int32_t x = -f->pad_left;
  for (uint32_t left = f->out_width; left != 0; --left) {
    const bool whole = whole_rows && mcugen_is_whole(x, f->dilation_x, f->width, f->in_width);
    if (whole && was_whole) {
      at += (uint32_t)f->stride_x * f->in_channels;
    } else {
      mcugen_find_taps(f, image, y, x, padding, taps);
      at = 0;
    }
    mcugen_every_block(layer, taps, at, out, rounding);
    was_whole = whole;
    out += f->out_channels;
    x += f->stride_x;
  }
}

MCUGEN_INLINE void mcugen_depthwise_conv_2d_blocks(const mcugen_depthwise_conv_2d_vector_t *layer,
                                                   const int8_t *in, int8_t *out, int8_t *scratch,
                                                   mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  mcugen_fill(scratch, layer->in_zero_point, f->in_channels);
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    for (int32_t y = 0; y < f->out_height; ++y) {
      mcugen_depthwise_row(layer, in, y * f->stride_y - f->pad_top, out, scratch, rounding);
      out += f->out_width * f->out_channels;
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

#endif
