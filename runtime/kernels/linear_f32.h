// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED (a filter of one pixel) of float32.
#ifndef MCUGEN_KERNELS_LINEAR_F32_H
#define MCUGEN_KERNELS_LINEAR_F32_H

#include <stdint.h>

#include "filter.h"

typedef struct {
  const float *weights;  // [out_channels][height][width][depth of a group]
  const float *bias;     // [out_channels]
  mcugen_filter_t filter;
  uint32_t groups;  // equal parts of the input channels, each for its part of the outputs
  float low;
  float high;
} mcugen_linear_f32_t;

void mcugen_linear_f32(const mcugen_linear_f32_t *layer, const float *in, float *out);

#endif
