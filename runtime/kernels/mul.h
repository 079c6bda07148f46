// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MUL: out = clamp(zero_point + requantize((a - zero_point_a) * (b - zero_point_b))), rounded twice
// as gemmlowp does; the product has 17 bits with its sign.
#ifndef MCUGEN_KERNELS_MUL_H
#define MCUGEN_KERNELS_MUL_H

#include <stdint.h>

#include "broadcast.h"
#include "requantize.h"

typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of mcugen_mul_constant
  int32_t zero_point_a;
  int32_t zero_point_b;
  mcugen_requant_t by;  // shift at most 15
  int32_t zero_point;
  int32_t low;
  int32_t high;
} mcugen_mul_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_mul(const mcugen_mul_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_mul_constant(const mcugen_mul_t *layer, const int8_t *a, int8_t *out);

// The same for cores with vectors (simd.h): no shift is to the left.
void mcugen_mul_simd(const mcugen_mul_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_mul_simd_constant(const mcugen_mul_t *layer, const int8_t *a, int8_t *out);
void mcugen_mul_avx2_row(const void *layer, mcugen_row_t row);  // a row of it, with AVX2

// The same for Helium: the shift is to the right, by at least 1.
void mcugen_mul_mve(const mcugen_mul_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_mul_mve_constant(const mcugen_mul_t *layer, const int8_t *a, int8_t *out);

// The same for cores with DSP instructions.
typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of mcugen_mul_dsp_constant
  uint32_t offset_a;       // minus the zero points, in both halfwords
  uint32_t offset_b;
  int32_t multiplier;  // these three as mcugen_requantize_s8 of dsp.h has them
  int32_t addend;
  uint32_t shift;
  uint32_t count;  // outputs
  int32_t low;
  int32_t high;
} mcugen_mul_dsp_t;

void mcugen_mul_dsp(const mcugen_mul_dsp_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_mul_dsp_constant(const mcugen_mul_dsp_t *layer, const int8_t *a, int8_t *out);

#endif
