// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D with one output per input channel, for cores with vectors: a block of LANES
// neighbouring channels at a time. The last block ends with the last channel, so it may begin
// before the one before it has ended; there are at least LANES channels. LANES is 8 in
// depthwise_conv_2d_simd.c, 16 in depthwise_conv_2d_mve.c.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_VECTOR_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_VECTOR_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

#define MCUGEN_MOST_TAPS 64

typedef struct {
  const int8_t *weights;    // [blocks][taps, for simd made even][LANES], none of them -128
  const int32_t *channels;  // [blocks][3][LANES], as in conv_2d_vector.h
  mcugen_filter_t filter;
  int8_t in_zero_point;
  int8_t zero_point;
  int8_t low;   // smallest output, from the fused activation
  int8_t high;  // largest output
} mcugen_depthwise_conv_2d_vector_t;

// A filter has at most MCUGEN_MOST_TAPS taps. `scratch` has room for a pixel; for simd and avx2 for
// the ring of padded_rows.h. `_relu` is for a zero point of -128, and outputs up to 127.
void mcugen_depthwise_conv_2d_simd_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                          const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_simd_single(const mcugen_depthwise_conv_2d_vector_t *layer,
                                          const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_avx2_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                          const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_avx2_single(const mcugen_depthwise_conv_2d_vector_t *layer,
                                          const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_mve_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_mve_relu_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_mve_single(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);

#endif
