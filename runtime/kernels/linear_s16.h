// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and FULLY_CONNECTED (a filter of one pixel) of int16
// activations and int8 weights; LEAKY_RELU and RELU of int16. Zero points are 0.
#ifndef MCUGEN_KERNELS_LINEAR_S16_H
#define MCUGEN_KERNELS_LINEAR_S16_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

typedef struct {
  const int8_t *weights;            // [out_channels][height][width][depth of a group]
  const int64_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  uint32_t groups;      // equal parts of the input channels, each for its part of the outputs
  uint32_t transposed;  // 1: the filter slides over the output
  uint32_t wide;        // 1: sums of 64 bits, rounded once; 0: of 32 bits, rounded twice
  int32_t low;
  int32_t high;
} mcugen_linear_s16_t;

void mcugen_linear_s16(const mcugen_linear_s16_t *layer, const int16_t *in, int16_t *out);

// out = requantize(x), by one factor for x >= 0 and another below.
typedef struct {
  uint32_t count;
  int32_t in_zero_point;
  mcugen_requant_t above;
  mcugen_requant_t below;
  int32_t below_sign;
  int32_t zero_point;
  int32_t low;
} mcugen_leaky_relu_s16_t;

// `out` may be the same memory as `in`.
void mcugen_leaky_relu_s16(const mcugen_leaky_relu_s16_t *layer, const int16_t *in, int16_t *out);

#endif
