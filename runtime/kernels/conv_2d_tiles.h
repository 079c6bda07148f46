// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The walk of conv_2d_mve.c over an image: the taps of MCUGEN_TOGETHER positions are gathered, so
// that little memory is needed. It brings mcugen_every_channel, what is done with them.
#ifndef MCUGEN_KERNELS_CONV_2D_TILES_H
#define MCUGEN_KERNELS_CONV_2D_TILES_H

#include <stdbool.h>

#include "conv_2d_vector.h"

// An output position: the pixel of its filter's first tap, perhaps outside of `image`.
typedef struct {
  const int8_t *image;  // of its batch
  int32_t y, x;
} mcugen_place_t;

MCUGEN_INLINE mcugen_place_t mcugen_next_place(const mcugen_filter_t *f, mcugen_place_t at) {
  at.x += f->stride_x;
  if (at.x == f->out_width * f->stride_x - f->pad_left) {
    at.x = -f->pad_left;
    at.y += f->stride_y;
    if (at.y == f->out_height * f->stride_y - f->pad_top) {
      at.y = -f->pad_top;
      at.image += f->in_height * f->in_width * f->in_channels;
    }
  }
  return at;
}

// The taps of a row of the filter, `columns` of them inside the image.
MCUGEN_INLINE void mcugen_gather_row(const mcugen_conv_2d_vector_t *layer, const int8_t *row,
                                     int32_t x, mcugen_range_t columns, int8_t *to) {
  const mcugen_filter_t *f = &layer->filter;
  const int32_t channels = f->in_channels;
  mcugen_fill(to, layer->in_zero_point, columns.first * channels);
  if (f->dilation_x == 1) {
    const int32_t first = columns.first * channels;
    mcugen_copy_bytes(to + first, row + (x + columns.first) * channels,
                      (columns.end - columns.first) * channels);
  } else {
    for (int32_t kx = columns.first; kx < columns.end; ++kx) {
      mcugen_copy_bytes(to + kx * channels, row + (x + kx * f->dilation_x) * channels, channels);
    }
  }
  mcugen_fill(to + columns.end * channels, layer->in_zero_point,
              (f->width - columns.end) * channels);
}

// All taps that a position sees, side by side.
MCUGEN_INLINE void mcugen_gather(const mcugen_conv_2d_vector_t *layer, mcugen_place_t at,
                                 int8_t *to) {
  const mcugen_filter_t *f = &layer->filter;
  const int32_t run = f->width * f->in_channels;
  const int32_t pitch = f->in_width * f->in_channels;
  const bool solid = f->dilation_x == 1 && at.x >= 0 && at.x + f->width <= f->in_width;
  const mcugen_range_t rows = mcugen_taps_inside(at.y, f->dilation_y, f->height, f->in_height);
  const int8_t *row = at.image + (at.y + rows.first * f->dilation_y) * pitch;
  if (rows.first != 0) {
    mcugen_fill(to, layer->in_zero_point, rows.first * run);
    to += rows.first * run;
  }
  if (solid) {
    row += at.x * f->in_channels;
    for (int32_t left = rows.end - rows.first; left != 0; --left) {
      mcugen_copy_bytes(to, row, run);
      row += f->dilation_y * pitch;
      to += run;
    }
  } else {
    const mcugen_range_t columns = mcugen_taps_inside(at.x, f->dilation_x, f->width, f->in_width);
    for (int32_t left = rows.end - rows.first; left != 0; --left) {
      mcugen_gather_row(layer, row, at.x, columns, to);
      row += f->dilation_y * pitch;
      to += run;
    }
  }
  if (rows.end != f->height) {
    mcugen_fill(to, layer->in_zero_point, (f->height - rows.end) * run);
  }
}

MCUGEN_INLINE void mcugen_conv_2d_tiles(const mcugen_conv_2d_vector_t *layer, const int8_t *in,
                                        int8_t *out, int8_t *scratch, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t stride = layer->direct ? f->in_channels : layer->depth;
  mcugen_place_t at = {in, -f->pad_top, -f->pad_left};
  uint32_t left = (uint32_t)f->batches * f->out_height * f->out_width;
  while (left != 0) {
    const uint32_t positions = left >= MCUGEN_TOGETHER ? MCUGEN_TOGETHER : 1u;
    const int8_t *seen = in;
    if (layer->direct) {
      in += positions * stride;
    } else {
      for (uint32_t p = 0; p < positions; ++p) {
        mcugen_gather(layer, at, scratch + p * stride);
        at = mcugen_next_place(f, at);
      }
      seen = scratch;
    }
    const mcugen_view_t view = {seen, stride, layer->depth};
    if (positions == 1) {
      mcugen_every_channel(layer, view, out, 1, rounding);
    } else {
      mcugen_every_channel(layer, view, out, MCUGEN_TOGETHER, rounding);
    }
    out += positions * f->out_channels;
    left -= positions;
  }
}

#endif
