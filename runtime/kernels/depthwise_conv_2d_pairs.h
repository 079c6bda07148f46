// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D with the vectors of simd.h: the products of two taps at a time.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_PAIRS_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_PAIRS_H

#include "simd.h"

#define MCUGEN_GROUP 2u

// Sums of eight channels over all taps, from channel `c` on.
MCUGEN_INLINE mcugen_sums_t mcugen_sum_taps(const int32_t *start, const int8_t *weights,
                                            const int8_t *const *taps, uint32_t count, uint32_t c) {
  mcugen_sums_t sums = mcugen_start_sums(start);
  for (uint32_t t = 0; t < count; t += 2) {
    sums = mcugen_add_taps(sums, weights + t * MCUGEN_LANES, taps[t] + c, taps[t + 1] + c);
  }
  return sums;
}

#include "depthwise_conv_2d_blocks.h"

#endif
