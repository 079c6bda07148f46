// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED (a filter of one pixel) of int8 activations and
// int4 weights, which stay packed in flash: for little flash, not for speed.
#ifndef MCUGEN_KERNELS_LINEAR_S4_H
#define MCUGEN_KERNELS_LINEAR_S4_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

typedef struct {
  const uint8_t *weights;  // per output channel (taps + 1) / 2 bytes, the first in the lower half
  const int32_t *bias;     // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  uint32_t groups;  // equal parts of the input channels, each for its part of the outputs
  int32_t in_zero_point;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} mcugen_linear_s4_t;

// `scratch` holds the weights of one output channel: its taps, one byte each, and one more.
void mcugen_linear_s4_double(const mcugen_linear_s4_t *layer, const int8_t *in, int8_t *out,
                             void *scratch);
void mcugen_linear_s4_single(const mcugen_linear_s4_t *layer, const int8_t *in, int8_t *out,
                             void *scratch);

#endif
