// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD and SUB with Helium: four values at a time on the plane of mcugen_add_plane_t.
#define MCUGEN_LANES 4u
#include "add.h"

#include "mve.h"

// A repeated operand is a part of where the plane starts; the other one is read in its place.
static mcugen_add_plane_t plane_of_row(const void *params, mcugen_row_t *row) {
  mcugen_add_plane_t plane = *(const mcugen_add_plane_t *)params;
  if (row->a_step == 0) {
    plane.start = mcugen_add(plane.start, plane.factor_a * *row->a);
    plane.factor_a = 0;
    row->a = row->b;
  } else if (row->b_step == 0) {
    plane.start = mcugen_add(plane.start, plane.factor_b * *row->b);
    plane.factor_b = 0;
    row->b = row->a;
  }
  return plane;
}

#ifdef __ARM_FEATURE_MVE
MCUGEN_INLINE int32x4_t add_four(const mcugen_add_plane_t *plane, int32x4_t a, int32x4_t b) {
  const int32x4_t from_a = vmlasq_n_s32(a, vdupq_n_s32(plane->factor_a), plane->start);
  const int32x4_t sum = vshlq_r_s32(vmlaq_n_s32(from_a, b, plane->factor_b), -plane->shift);
  return vminq_s32(vmaxq_s32(sum, vdupq_n_s32(plane->low)), vdupq_n_s32(plane->high));
}

static void add_row(const void *params, mcugen_row_t row) {
  const mcugen_add_plane_t plane = plane_of_row(params, &row);
  for (uint32_t fours = row.count / MCUGEN_LANES; fours != 0; --fours) {
    vstrbq_s32(row.out, add_four(&plane, vldrbq_s32(row.a), vldrbq_s32(row.b)));
    row.a += MCUGEN_LANES;
    row.b += MCUGEN_LANES;
    row.out += MCUGEN_LANES;
  }
  const mve_pred16_t rest = vctp32q(row.count % MCUGEN_LANES);
  const int32x4_t b = vldrbq_z_s32(row.b, rest);
  vstrbq_p_s32(row.out, add_four(&plane, vldrbq_z_s32(row.a, rest), b), rest);
}
#else
static void add_row(const void *params, mcugen_row_t row) {
  const mcugen_add_plane_t plane = plane_of_row(params, &row);
  for (uint32_t i = 0; i < row.count; ++i) {
    const int32_t from_a = mcugen_add(row.a[i] * plane.factor_a, plane.start);
    const int32_t sum = mcugen_add(from_a, row.b[i] * plane.factor_b);
    row.out[i] = (int8_t)mcugen_clamp(sum >> plane.shift, plane.low, plane.high);
  }
}
#endif

void mcugen_add_s8_mve(const mcugen_add_plane_t *layer, const int8_t *a, const int8_t *b,
                       int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, add_row, layer);
}

void mcugen_add_s8_mve_constant(const mcugen_add_plane_t *layer, const int8_t *a, int8_t *out) {
  mcugen_add_s8_mve(layer, a, layer->constant, out);
}
