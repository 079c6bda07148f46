// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MUL with AVX2.
#define MCUGEN_AVX2
#include "mul_simd.h"

#if MCUGEN_MAY_HAVE_AVX2
MCUGEN_TARGET void mcugen_mul_avx2_row(const void *layer, mcugen_row_t row) {
  mcugen_mul_row(layer, row);
}
#endif
