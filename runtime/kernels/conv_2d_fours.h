// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with the vectors of simd.h: four taps of eight channels at a time.
#ifndef MCUGEN_KERNELS_CONV_2D_FOURS_H
#define MCUGEN_KERNELS_CONV_2D_FOURS_H

#include "simd.h"

// Sums of a block of channels at up to MCUGEN_TOGETHER positions, `stride` bytes apart.
MCUGEN_INLINE void mcugen_sum_block(mcugen_sums_t *sums, uint32_t positions, const int32_t *start,
                                    const int8_t *weights, const int8_t *in, uint32_t stride,
                                    uint32_t depth) {
  mcugen_halves_t halves[MCUGEN_TOGETHER];
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    halves[p] = mcugen_start_halves(start);
  }
  for (const int8_t *end = in + depth; in != end; in += 8) {
    mcugen_add_eight(halves, positions, weights, in, stride);
    weights += 8u * MCUGEN_LANES;
  }
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    sums[p] = mcugen_join_halves(halves[p]);
  }
}

#include "conv_2d_tiles.h"

#endif
