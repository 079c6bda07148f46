// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE_CONV: the filter slides over the output; the input says by how much it is added at each
// position. out[b][y][x][o] = clamp(zero_point + requantize(bias[o] + sum over the taps and the
// channels c: weights[o][ky][kx][c] * (in[b][(y + pad_top - ky) / stride_y][..][c] -
// in_zero_point))), where the quotients are whole numbers within the input.
#ifndef MCUGEN_KERNELS_TRANSPOSE_CONV_H
#define MCUGEN_KERNELS_TRANSPOSE_CONV_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

typedef struct {
  const int8_t *weights;            // [out_channels][height][width][in_channels]
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;           // its pads are those of the output; without dilation
  int16_t in_zero_point;
  int16_t zero_point;
  int16_t low;   // smallest output, from the fused activation
  int16_t high;  // largest output
} mcugen_transpose_conv_t;

void mcugen_transpose_conv_double(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out);
void mcugen_transpose_conv_single(const mcugen_transpose_conv_t *layer, const int8_t *in,
                                  int8_t *out);

#endif
