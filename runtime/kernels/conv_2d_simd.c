// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with 128-bit vectors, or those of AVX2 where the processor has them.
#include "conv_2d_rows.h"

void mcugen_conv_2d_simd_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch) {
#if MCUGEN_MAY_HAVE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    mcugen_conv_2d_avx2_double(layer, in, out, scratch);
    return;
  }
#endif
  mcugen_conv_2d_rows(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_simd_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch) {
#if MCUGEN_MAY_HAVE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    mcugen_conv_2d_avx2_single(layer, in, out, scratch);
    return;
  }
#endif
  mcugen_conv_2d_rows(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
