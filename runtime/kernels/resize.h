// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR. Which pixels an output pixel is made of is worked
// out by the generator, once per row and once per column.
#ifndef MCUGEN_KERNELS_RESIZE_H
#define MCUGEN_KERNELS_RESIZE_H

#include <stdint.h>

typedef struct {
  uint32_t batches;
  uint32_t in_height;
  uint32_t in_width;
  uint32_t out_height;
  uint32_t out_width;
  uint32_t pixel_bytes;
  const uint16_t *rows;     // [out_height], the row that is copied
  const uint16_t *columns;  // [out_width]
} mcugen_resize_nearest_neighbor_t;

void mcugen_resize_nearest_neighbor(const mcugen_resize_nearest_neighbor_t *layer, const void *in,
                                    void *out);

// An output pixel lies between two rows: `fraction` / 1024 is its distance from `lower`. It is
// outside 0..1024 only where both are the same.
typedef struct {
  uint32_t batches;
  uint32_t in_height;
  uint32_t in_width;
  uint32_t out_height;
  uint32_t out_width;
  uint32_t channels;
  const int16_t *rows;     // [out_height][3]: lower, upper, fraction
  const int16_t *columns;  // [out_width][3]
} mcugen_resize_bilinear_t;

void mcugen_resize_bilinear_double(const mcugen_resize_bilinear_t *layer, const int8_t *in,
                                   int8_t *out);
void mcugen_resize_bilinear_single(const mcugen_resize_bilinear_t *layer, const int8_t *in,
                                   int8_t *out);

#endif
