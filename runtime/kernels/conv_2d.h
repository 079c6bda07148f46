// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D: out[b][y][x][o] = clamp(zero_point + requantize(bias[o] + sum over the filter and the
// channels c of o's group: weights[o][ky][kx][c] * (in[b][..][..][c] - in_zero_point))).
#ifndef MCUGEN_KERNELS_CONV_2D_H
#define MCUGEN_KERNELS_CONV_2D_H

#include <stdint.h>

#include "requantize.h"
#include "filter.h"

typedef struct {
  const int8_t *weights;            // [out_channels][height][width][in_channels / groups]
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  uint16_t groups;  // 1: every output sees all input channels
  int16_t in_zero_point;
  int16_t zero_point;
  int16_t low;   // smallest output, from the fused activation
  int16_t high;  // largest output
} mcugen_conv_2d_t;

void mcugen_conv_2d_double(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out);
void mcugen_conv_2d_single(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out);

#endif
