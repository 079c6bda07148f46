// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD and SUB of differently scaled int8 operands:
//   out = clamp(zero_point + requantize(s(a) + s(b))),
//   s(x) = +-requantize((x - x.zero_point) * 2^20), of which |s| <= 255 * 2^19.
// All three requantisations are gemmlowp's double rounding; LiteRT also rounds this operator so.
#ifndef MCUGEN_KERNELS_ADD_H
#define MCUGEN_KERNELS_ADD_H

#include <stdint.h>

#include "broadcast.h"
#include "requantize.h"

typedef struct {
  int32_t zero_point;
  int32_t sign;         // 1, or -1 where the operand is subtracted
  mcugen_requant_t by;  // at most 1/2
} mcugen_addend_t;

typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of mcugen_add_s8_constant
  mcugen_addend_t a;
  mcugen_addend_t b;
  mcugen_requant_t by;  // below 1
  int32_t zero_point;
  int32_t low;
  int32_t high;
} mcugen_add_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_add_s8(const mcugen_add_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_add_s8_constant(const mcugen_add_t *layer, const int8_t *a, int8_t *out);

// ADD for cores with vectors (simd.h): no operand is subtracted.
void mcugen_add_s8_simd(const mcugen_add_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_add_s8_simd_constant(const mcugen_add_t *layer, const int8_t *a, int8_t *out);
void mcugen_add_avx2_row(const void *layer, mcugen_row_t row);  // a row of it, with AVX2

// ADD for cores with DSP instructions. The `fine` operand has the smaller scale; that of the other
// is the larger one, so its s(x) is x * 2^19.
typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of mcugen_add_s8_dsp_constant
  uint32_t fine_is_b;
  uint32_t fine_offset;  // minus the zero points, in both halfwords
  uint32_t coarse_offset;
  int32_t fine_multiplier;
  int32_t fine_half;    // 2^(fine_shift - 1)
  uint32_t fine_shift;  // right shift, 1..31
  int32_t multiplier;   // these three as mcugen_requantize_s8 of dsp.h has them
  int32_t addend;
  uint32_t shift;
  uint32_t count;  // outputs
  int32_t low;
  int32_t high;
} mcugen_add_dsp_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_add_s8_dsp(const mcugen_add_dsp_t *layer, const int8_t *a, const int8_t *b,
                       int8_t *out);
void mcugen_add_s8_dsp_constant(const mcugen_add_dsp_t *layer, const int8_t *a, int8_t *out);

// The same with s(x) of the fine operand from a table, which holds for each value, as a byte from 0
// on, s(x) less the coarse operand's zero point * 2^19. `_relu` is for a zero point of -128.
typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // NULL
  const int32_t *fine;     // [256]
  uint32_t fine_is_b;
  int32_t multiplier;  // these three as in mcugen_add_dsp_t
  int32_t addend;
  uint32_t shift;
  uint32_t count;  // outputs
  int32_t low;
  int32_t high;
} mcugen_add_table_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_add_s8_table(const mcugen_add_table_t *layer, const int8_t *a, const int8_t *b,
                         int8_t *out);
void mcugen_add_s8_table_relu(const mcugen_add_table_t *layer, const int8_t *a, const int8_t *b,
                              int8_t *out);

// ADD and SUB for Helium: out = clamp((factor_a * a + factor_b * b + start) >> shift). The sum fits
// 32 bits; the generator has tried every pair of operands.
typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of mcugen_add_s8_mve_constant
  int32_t factor_a;        // both below 2^24
  int32_t factor_b;
  int32_t start;
  int32_t shift;  // 1..30
  int32_t low;
  int32_t high;
} mcugen_add_plane_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_add_s8_mve(const mcugen_add_plane_t *layer, const int8_t *a, const int8_t *b,
                       int8_t *out);
void mcugen_add_s8_mve_constant(const mcugen_add_plane_t *layer, const int8_t *a, int8_t *out);

#endif
