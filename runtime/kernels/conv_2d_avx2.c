// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with AVX2.
#define MCUGEN_AVX2
#include "conv_2d_rows.h"

#if MCUGEN_MAY_HAVE_AVX2
MCUGEN_TARGET
void mcugen_conv_2d_avx2_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch) {
  mcugen_conv_2d_rows(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

MCUGEN_TARGET
void mcugen_conv_2d_avx2_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                                int8_t *scratch) {
  mcugen_conv_2d_rows(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
#endif
