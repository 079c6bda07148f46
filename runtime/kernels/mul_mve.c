// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MUL with Helium: eight values at a time, whose products are four even and four odd ones.
#define MCUGEN_LANES 8u
#include "mul.h"

#include "mve.h"

#ifdef __ARM_FEATURE_MVE
MCUGEN_INLINE int32x4_t requantize(int32x4_t products, mcugen_requant_t by) {
  return mcugen_requantize_four(products, vdupq_n_s32(by.multiplier), vdupq_n_s32(by.shift),
                                MCUGEN_ROUND_DOUBLE);
}

MCUGEN_INLINE int16x8_t mul_eight(const mcugen_mul_t *layer, int16x8_t a, int16x8_t b) {
  a = vsubq_n_s16(a, (int16_t)layer->zero_point_a);
  b = vsubq_n_s16(b, (int16_t)layer->zero_point_b);
  const int32x4_t even = requantize(vmullbq_int_s16(a, b), layer->by);
  const int32x4_t odd = requantize(vmulltq_int_s16(a, b), layer->by);
  int16x8_t values = vqmovntq_s32(vqmovnbq_s32(a, even), odd);
  values = vqaddq_n_s16(values, (int16_t)layer->zero_point);
  values = vmaxq_s16(values, vdupq_n_s16((int16_t)layer->low));
  return vminq_s16(values, vdupq_n_s16((int16_t)layer->high));
}

// A repeated operand is read from eight copies of its value.
static void mul_row(const void *params, mcugen_row_t row) {
  const mcugen_mul_t layer = *(const mcugen_mul_t *)params;
  int8_t copies[MCUGEN_LANES];  // enough: never are both repeated along the same axis
  const uint32_t a_step = row.a_step * MCUGEN_LANES, b_step = row.b_step * MCUGEN_LANES;
  if (a_step == 0) {
    mcugen_fill(copies, *row.a, sizeof copies);
    row.a = copies;
  } else if (b_step == 0) {
    mcugen_fill(copies, *row.b, sizeof copies);
    row.b = copies;
  }
  for (uint32_t eights = row.count / MCUGEN_LANES; eights != 0; --eights) {
    vstrbq_s16(row.out, mul_eight(&layer, vldrbq_s16(row.a), vldrbq_s16(row.b)));
    row.a += a_step;
    row.b += b_step;
    row.out += MCUGEN_LANES;
  }
  const mve_pred16_t rest = vctp16q(row.count % MCUGEN_LANES);
  const int16x8_t b = vldrbq_z_s16(row.b, rest);
  vstrbq_p_s16(row.out, mul_eight(&layer, vldrbq_z_s16(row.a, rest), b), rest);
}
#else
static void mul_row(const void *params, mcugen_row_t row) {
  const mcugen_mul_t *layer = params;
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  for (uint32_t i = 0; i < row.count; ++i) {
    const int32_t a = row.a[i * row.a_step] - layer->zero_point_a;
    const int32_t b = row.b[i * row.b_step] - layer->zero_point_b;
    row.out[i] =
        mcugen_finish_one(a * b, layer->by.multiplier, layer->by.shift, range, MCUGEN_ROUND_DOUBLE);
  }
}
#endif

void mcugen_mul_mve(const mcugen_mul_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, mul_row, layer);
}

void mcugen_mul_mve_constant(const mcugen_mul_t *layer, const int8_t *a, int8_t *out) {
  mcugen_mul_mve(layer, a, layer->constant, out);
}
