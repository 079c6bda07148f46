// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD with 128-bit vectors, or those of AVX2 where the processor has them.
#include "add_simd.h"

static void row_simd(const void *layer, mcugen_row_t row) { mcugen_add_row(layer, row); }

void mcugen_add_s8_simd(const mcugen_add_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_row_function_t *row = row_simd;
#if MCUGEN_MAY_HAVE_AVX2
  row = __builtin_cpu_supports("avx2") ? mcugen_add_avx2_row : row;
#endif
  mcugen_broadcast(&layer->shape, a, b, out, row, layer);
}

void mcugen_add_s8_simd_constant(const mcugen_add_t *layer, const int8_t *a, int8_t *out) {
  mcugen_add_s8_simd(layer, a, layer->constant, out);
}
