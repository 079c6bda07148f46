// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D: out[b][y][x][o] = clamp(zero_point + requantize(bias[o] + sum over the filter:
// weights[ky][kx][o] * (in[b][..][..][o / multiplier] - in_zero_point))), multiplier being
// out_channels / in_channels.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_H

#include <stdint.h>

#include "requantize.h"
#include "filter.h"

typedef struct {
  const int8_t *weights;            // [height][width][out_channels]
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  int16_t in_zero_point;
  int16_t zero_point;
  int16_t low;   // smallest output, from the fused activation
  int16_t high;  // largest output
} mcugen_depthwise_conv_2d_t;

void mcugen_depthwise_conv_2d_double(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out);
void mcugen_depthwise_conv_2d_single(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out);

#endif
