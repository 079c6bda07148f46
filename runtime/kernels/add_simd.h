// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A row of ADD with the vectors of simd.h.
#ifndef MCUGEN_KERNELS_ADD_SIMD_H
#define MCUGEN_KERNELS_ADD_SIMD_H

#include "add.h"
#include "elementwise_simd.h"

MCUGEN_INLINE mcugen_sums_t mcugen_scale_addend(const mcugen_addend_t *addend,
                                                const mcugen_eight_t *x) {
  const mcugen_sums_t centred = mcugen_centre_block(x->value, addend->zero_point);
  const mcugen_sums_t shifted = mcugen_multiply_blocks(centred, mcugen_every_sum(1 << 20));
  return mcugen_requantize_all(shifted, addend->by);
}

MCUGEN_INLINE void mcugen_add_row(const mcugen_add_t *layer, mcugen_row_t row) {
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  for (uint32_t i = 0; i < row.count; i += MCUGEN_LANES) {
    const uint32_t left = row.count - i;
    const mcugen_eight_t a = mcugen_load_eight(row.a + i * row.a_step, row.a_step, left);
    const mcugen_eight_t b = mcugen_load_eight(row.b + i * row.b_step, row.b_step, left);
    const mcugen_sums_t sum =
        mcugen_add_blocks(mcugen_scale_addend(&layer->a, &a), mcugen_scale_addend(&layer->b, &b));
    mcugen_store_eight(row.out + i, left, mcugen_requantize_all(sum, layer->by), range);
  }
}

#endif
