// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE_CONV: input pixel (y, x) goes, times the filter, to the output rows
// y * stride_y - pad_top + k for k < height, and to columns likewise. Seen from an output pixel, it
// gathers those inputs for which y + pad_top - k is a multiple of the stride.
#ifndef MCUGEN_KERNELS_TRANSPOSE_CONV_H
#define MCUGEN_KERNELS_TRANSPOSE_CONV_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  const int8_t *weights;            // [out_channels][height][width][in_channels]
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  uint32_t batches;
  int32_t in_height;
  int32_t in_width;
  int32_t in_channels;
  int32_t out_height;
  int32_t out_width;
  int32_t out_channels;
  int32_t height;  // of the filter
  int32_t width;
  int32_t stride_y;
  int32_t stride_x;
  int32_t pad_top;
  int32_t pad_left;
  int32_t in_zero_point;
  int32_t zero_point;
  int32_t low;   // smallest output, from the fused activation
  int32_t high;  // largest output
} mcugen_transpose_conv_t;

void mcugen_transpose_conv_double(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out);
void mcugen_transpose_conv_single(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out);

#endif
