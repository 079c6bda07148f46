// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The rows of an image that a filter sees, with their padding: where the filter leaves the image,
// they are copied into a ring that holds as many as the filter spans, each row once; elsewhere they
// are read where they are.
#ifndef MCUGEN_KERNELS_PADDED_ROWS_H
#define MCUGEN_KERNELS_PADDED_ROWS_H

#include <stdbool.h>

#include "filter.h"
#include "simd.h"

typedef struct {
  const mcugen_filter_t *filter;
  const int8_t *image;  // of one batch
  int8_t *ring;         // [span][pitch], NULL where the image needs no padding
  int32_t span;         // rows from the filter's first one to its last
  int32_t pitch;        // bytes from one row to the next, in the ring or in the image
  int32_t next;         // the first row that is not in the ring yet; row 0 is the topmost padding
  int8_t zero_point;
} mcugen_padded_rows_t;

// The rows of a filter at some height: `step` bytes apart, and `back` less from `end` on.
typedef struct {
  const int8_t *first, *end;
  int32_t step, back;
} mcugen_seen_rows_t;

MCUGEN_INLINE const int8_t *mcugen_next_row(mcugen_seen_rows_t rows, const int8_t *row) {
  row += rows.step;
  return row >= rows.end ? row - rows.back : row;
}

// `ring` has room for [span][pitch] where the filter leaves the image.
MCUGEN_INLINE mcugen_padded_rows_t mcugen_begin_rows(const mcugen_filter_t *f, int8_t zero_point,
                                                     const int8_t *image, int8_t *ring) {
  const int32_t span = (f->height - 1) * f->dilation_y + 1;
  const int32_t height = (f->out_height - 1) * f->stride_y + span;
  const int32_t width = (f->out_width - 1) * f->stride_x + (f->width - 1) * f->dilation_x + 1;
  const bool inside =
      f->pad_top == 0 && f->pad_left == 0 && height <= f->in_height && width <= f->in_width;
  return (mcugen_padded_rows_t){.filter = f,
                                .image = image,
                                .ring = inside ? NULL : ring,
                                .span = span,
                                .pitch = (inside ? f->in_width : width) * f->in_channels,
                                .next = 0,
                                .zero_point = zero_point};
}

MCUGEN_INLINE void mcugen_pad_row(const mcugen_padded_rows_t *rows, int32_t row) {
  const mcugen_filter_t *f = rows->filter;
  const int32_t y = row - f->pad_top;
  const int32_t length = f->in_width * f->in_channels;
  int8_t *to = rows->ring + row % rows->span * rows->pitch;
  int32_t left = f->pad_left * f->in_channels;
  if (y < 0 || y >= f->in_height || left > rows->pitch) {
    left = rows->pitch;
  }
  const int32_t rest = rows->pitch - left;
  const int32_t copied = length < rest ? length : rest;
  mcugen_fill(to, rows->zero_point, left);
  if (copied > 0) {
    mcugen_copy_bytes(to + left, rows->image + y * length, copied);
  }
  mcugen_fill(to + left + copied, rows->zero_point, rest - copied);
}

// Those that the outputs of row `y` see; `y` never goes down.
MCUGEN_INLINE mcugen_seen_rows_t mcugen_see_rows(mcugen_padded_rows_t *rows, int32_t y) {
  const mcugen_filter_t *f = rows->filter;
  const int32_t top = y * f->stride_y;
  const int32_t step = f->dilation_y * rows->pitch;
  if (rows->ring == NULL) {
    const int8_t *end = rows->image + f->in_height * rows->pitch;
    return (mcugen_seen_rows_t){rows->image + top * rows->pitch, end, step, 0};
  }
  for (int32_t row = top > rows->next ? top : rows->next; row < top + rows->span; ++row) {
    mcugen_pad_row(rows, row);
  }
  rows->next = top + rows->span;
  const int32_t back = rows->span * rows->pitch;
  return (mcugen_seen_rows_t){rows->ring + top % rows->span * rows->pitch, rows->ring + back, step,
                              back};
}

#endif
