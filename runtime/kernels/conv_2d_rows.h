// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with the vectors of simd.h: four taps of eight channels at a time. Positions are read
// where they are if a row of the filter is whole steps, else from where their taps are gathered.
#ifndef MCUGEN_KERNELS_CONV_2D_ROWS_H
#define MCUGEN_KERNELS_CONV_2D_ROWS_H

#include "conv_2d_vector.h"
#include "padded_rows.h"

#define MCUGEN_STEP 8u

// What neighbouring positions see, each `stride` bytes from the one before: rows of `run` taps.
typedef struct {
  mcugen_seen_rows_t rows;
  uint32_t count;  // of rows
  uint32_t run;
  uint32_t stride;
} mcugen_view_t;

// Sums of a block of channels at up to MCUGEN_TOGETHER positions.
MCUGEN_INLINE void mcugen_sum_block(mcugen_sums_t *sums, uint32_t positions, const int32_t *start,
                                    const int8_t *weights, mcugen_view_t view) {
  mcugen_halves_t halves[MCUGEN_TOGETHER];
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) { halves[p] = mcugen_start_halves(start); }
  const int8_t *row = view.rows.first;
  for (uint32_t rows = view.count; rows != 0; --rows) {
    mcugen_add_run(halves, positions, &weights, row, view.stride, view.run);
    row = mcugen_next_row(view.rows, row);
  }
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    sums[p] = mcugen_join_halves(halves[p]);
  }
}

#include "conv_2d_channels.h"

// All taps of a position whose first one is `at` bytes from the beginning of `rows`.
MCUGEN_INLINE void mcugen_gather(const mcugen_filter_t *f, mcugen_seen_rows_t rows, uint32_t at,
                                 int8_t *to) {
  const int32_t channels = f->in_channels;
  const uint32_t step = (uint32_t)f->dilation_x * f->in_channels;
  const int8_t *row = rows.first;
  for (uint32_t ky = f->height; ky != 0; --ky) {
    if (f->dilation_x == 1) {
      mcugen_copy_bytes(to, row + at, f->width * channels);
      to += f->width * channels;
    } else {
      for (uint32_t kx = 0; kx < f->width; ++kx) {
        mcugen_copy_bytes(to, row + at + kx * step, channels);
        to += channels;
      }
    }
    row = mcugen_next_row(rows, row);
  }
}

// Neighbouring positions, whose view may be made of `gathered` taps.
MCUGEN_INLINE void mcugen_positions(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                    int8_t *gathered, int8_t *out, uint32_t positions,
                                    mcugen_rounding_t rounding) {
  if (gathered != NULL) {
    for (uint32_t p = 0; p < positions; ++p) {
      mcugen_gather(&layer->filter, view.rows, p * view.stride, gathered + p * layer->depth);
    }
    const mcugen_seen_rows_t one = {gathered, gathered, 0, 0};
    view = (mcugen_view_t){one, 1, layer->depth, layer->depth};
  }
  mcugen_every_channel(layer, view, out, positions, rounding);
}

// `width` positions side by side, the first of which sees what `view` says.
MCUGEN_INLINE void mcugen_conv_2d_row(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                      uint32_t width, int8_t *gathered, int8_t *out,
                                      mcugen_rounding_t rounding) {
  while (width != 0) {
    const uint32_t positions = width >= MCUGEN_TOGETHER ? MCUGEN_TOGETHER : 1u;
    if (positions == 1) {
      mcugen_positions(layer, view, gathered, out, 1, rounding);
    } else {
      mcugen_positions(layer, view, gathered, out, MCUGEN_TOGETHER, rounding);
    }
    view.rows.first += positions * view.stride;
    view.rows.end += positions * view.stride;
    out += positions * layer->filter.out_channels;
    width -= positions;
  }
}

MCUGEN_INLINE void mcugen_conv_2d_rows(const mcugen_conv_2d_vector_t *layer, const int8_t *in,
                                       int8_t *out, int8_t *scratch, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  if (layer->direct) {
    const mcugen_seen_rows_t one = {in, in, 0, 0};
    const mcugen_view_t view = {one, 1, layer->depth, f->in_channels};
    mcugen_conv_2d_row(layer, view, (uint32_t)f->batches * f->out_height * f->out_width, NULL, out,
                       rounding);
    return;
  }
  const uint32_t run = (uint32_t)f->width * f->in_channels;
  const bool whole = run % MCUGEN_STEP == 0 && (f->dilation_x == 1 || f->width == 1);
  int8_t *gathered = whole ? NULL : scratch;
  int8_t *ring = whole ? scratch : scratch + MCUGEN_TOGETHER * layer->depth;
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    mcugen_padded_rows_t rows = mcugen_begin_rows(f, layer->in_zero_point, in, ring);
    for (int32_t y = 0; y < f->out_height; ++y) {
      const mcugen_view_t view = {mcugen_see_rows(&rows, y), f->height, run,
                                  (uint32_t)f->stride_x * f->in_channels};
      mcugen_conv_2d_row(layer, view, f->out_width, gathered, out, rounding);
      out += f->out_width * f->out_channels;
    }
    in += f->in_height * f->in_width * f->in_channels;
  }
}

#endif
