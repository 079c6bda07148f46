// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// How a filter slides over an image [batches][in_height][in_width][in_channels]: output (y, x) sees
// the rows y * stride_y - pad_top + k * dilation_y for k < height, and columns likewise. What lies
// outside the image counts as the input's zero point.
#ifndef MCUGEN_KERNELS_FILTER_H
#define MCUGEN_KERNELS_FILTER_H

#include <stdint.h>

typedef struct {
  uint16_t batches;
  uint16_t in_height;
  uint16_t in_width;
  uint16_t in_channels;
  uint16_t out_height;
  uint16_t out_width;
  uint16_t out_channels;
  uint16_t height;  // of the filter
  uint16_t width;
  uint16_t stride_y;
  uint16_t stride_x;
  uint16_t dilation_y;
  uint16_t dilation_x;
  uint16_t pad_top;
  uint16_t pad_left;
} mcugen_filter_t;

typedef struct {
  int32_t first, end;
} mcugen_range_t;

// The taps of a filter within an image, along one axis: `start` is where the first one is.
static inline mcugen_range_t mcugen_taps_inside(int32_t start, int32_t dilation, int32_t taps,
                                                int32_t size) {
  mcugen_range_t inside = {0, taps};
  while (inside.first < taps && start + inside.first * dilation < 0) {
    ++inside.first;
  }
  while (inside.end > inside.first && start + (inside.end - 1) * dilation >= size) {
    --inside.end;
  }
  return inside;
}

#endif
