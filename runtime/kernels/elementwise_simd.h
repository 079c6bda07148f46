// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Rows of broadcast.h, eight values at a time, with the vectors of simd.h.
#ifndef MCUGEN_KERNELS_ELEMENTWISE_SIMD_H
#define MCUGEN_KERNELS_ELEMENTWISE_SIMD_H

#include "broadcast.h"
#include "simd.h"

typedef struct {
  int8_t value[MCUGEN_LANES];
} mcugen_eight_t;

// The first `count` values of an operand; a step of 0 repeats one.
MCUGEN_INLINE mcugen_eight_t mcugen_load_eight(const int8_t *x, uint32_t step, uint32_t count) {
  mcugen_eight_t eight = {{0}};
  if (step == 0) {
    mcugen_fill(eight.value, *x, MCUGEN_LANES);
  } else {
    mcugen_copy_lanes(eight.value, x, count);
  }
  return eight;
}

MCUGEN_INLINE void mcugen_store_eight(int8_t *out, uint32_t count, mcugen_sums_t values,
                                      mcugen_output_t range) {
  mcugen_eight_t eight;
  mcugen_store_block(eight.value, values, range);
  mcugen_copy_lanes(out, eight.value, count);
}

MCUGEN_INLINE mcugen_sums_t mcugen_requantize_all(mcugen_sums_t values, mcugen_requant_t by) {
  return mcugen_requantize_block(values, mcugen_every_sum(by.multiplier),
                                 mcugen_every_sum(by.shift), MCUGEN_ROUND_DOUBLE);
}

#endif
