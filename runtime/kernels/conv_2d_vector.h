// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D without groups, and FULLY_CONNECTED as its case of 1x1, for cores with vectors. Several
// positions see the same weights while those are in registers.
//
// A vector holds neighbouring output channels: LANES of them are a block. Taps are multiplied GROUP
// at a time, STEP per turn of the loop. Each instruction set has its own three numbers:
//                    LANES  GROUP  STEP
//   conv_2d_simd.c     8      4      8    simd.h: SSE2, AVX2, NEON, SDOT, elsewhere plain C
//   conv_2d_mve.c      4     16     16    Helium
#ifndef MCUGEN_KERNELS_CONV_2D_VECTOR_H
#define MCUGEN_KERNELS_CONV_2D_VECTOR_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

typedef struct {
  const int8_t *weights;    // [blocks][depth / GROUP][LANES][GROUP], none of them -128
  const int32_t *channels;  // [blocks][3][LANES]: where the sum starts, multiplier, shift
  mcugen_filter_t filter;
  uint16_t depth;  // taps of a filter, filled up to STEP
  uint8_t direct;  // 1: positions are read where they are, as 1x1 filters allow
  int8_t in_zero_point;
  int8_t zero_point;
  int8_t low;   // smallest output, from the fused activation
  int8_t high;  // largest output
} mcugen_conv_2d_vector_t;

// Sums start with the bias less in_zero_point * the sum of the weights; no shift is to the left;
// for Helium all are to the right, by at least 1, with single rounding 2. `scratch` has room for
// `depth` bytes of 4 positions; for simd and avx2 for those where the taps of a row are no whole
// STEPs, and for the ring of padded_rows.h. `_relu` is for a zero point of -128, and outputs up to
// 127.
void mcugen_conv_2d_simd_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch);
void mcugen_conv_2d_simd_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch);
void mcugen_conv_2d_avx2_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch);
void mcugen_conv_2d_avx2_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch);
void mcugen_conv_2d_mve_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch);
void mcugen_conv_2d_mve_relu_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch);
void mcugen_conv_2d_mve_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch);

#endif
