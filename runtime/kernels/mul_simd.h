// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A row of MUL with the vectors of simd.h.
#ifndef MCUGEN_KERNELS_MUL_SIMD_H
#define MCUGEN_KERNELS_MUL_SIMD_H

#include "elementwise_simd.h"
#include "mul.h"

MCUGEN_INLINE void mcugen_mul_row(const mcugen_mul_t *layer, mcugen_row_t row) {
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  for (uint32_t i = 0; i < row.count; i += MCUGEN_LANES) {
    const uint32_t left = row.count - i;
    const mcugen_eight_t a = mcugen_load_eight(row.a + i * row.a_step, row.a_step, left);
    const mcugen_eight_t b = mcugen_load_eight(row.b + i * row.b_step, row.b_step, left);
    const mcugen_sums_t product =
        mcugen_multiply_blocks(mcugen_centre_block(a.value, layer->zero_point_a),
                               mcugen_centre_block(b.value, layer->zero_point_b));
    mcugen_store_eight(row.out + i, left, mcugen_requantize_all(product, layer->by), range);
  }
}

#endif
