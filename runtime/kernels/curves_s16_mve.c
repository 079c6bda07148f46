// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// LOGISTIC and TANH of int16 with Helium, four values at a time.
#define MCUGEN_LANES 4u
#include "curves_s16.h"

#include "mve.h"

#ifdef __ARM_FEATURE_MVE
#include "curve_mve.h"

typedef struct {
  int32_t bits, low, high;  // position bits of a line, results outside the curve
  int32x4_t (*inside)(const int16_t *middle, int32x4_t x);
} mcugen_curve_kind_t;

MCUGEN_INLINE int32x4_t curve_of(const mcugen_curves_s16_t *layer, int32x4_t in,
                                 mcugen_curve_kind_t kind) {
  const int32_t shift = (int32_t)layer->shift;
  const int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
  const int32x4_t scaled = vmlasq_n_s32(in, vdupq_n_s32(layer->multiplier), half);
  const int32x4_t x = vshlq_r_s32(scaled, -shift);
  const int32_t reach = 256 << kind.bits;
  const int32x4_t values = kind.inside(layer->curve + 512, mcugen_clamp_four(x, -reach, reach - 1));
  const int32x4_t outside =
      vpselq_s32(vdupq_n_s32(kind.low), vdupq_n_s32(kind.high), vcmpltq_n_s32(x, 0));
  const mve_pred16_t inside = vcmpltq_n_s32(vabsq_s32(x), MCUGEN_CURVE_LINES << kind.bits);
  return vpselq_s32(values, outside, inside);
}

MCUGEN_INLINE void curve_of_all(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out,
                                mcugen_curve_kind_t kind) {
  for (int32_t left = (int32_t)layer->count; left > 0; left -= (int32_t)MCUGEN_LANES) {
    const mve_pred16_t some = vctp32q((uint32_t)left);
    vstrhq_p_s32(out, curve_of(layer, vldrhq_z_s32(in, some), kind), some);
    in += MCUGEN_LANES;
    out += MCUGEN_LANES;
  }
}

void mcugen_logistic_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in,
                                   int16_t *out) {
  const mcugen_curve_kind_t logistic = {MCUGEN_LOGISTIC_BITS, MCUGEN_LOGISTIC_LOW, INT16_MAX,
                                        mcugen_sigmoid_four};
  curve_of_all(layer, in, out, logistic);
}

void mcugen_tanh_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  const mcugen_curve_kind_t tanh = {MCUGEN_TANH_BITS, MCUGEN_TANH_LOW, MCUGEN_TANH_HIGH,
                                    mcugen_tanh_four};
  curve_of_all(layer, in, out, tanh);
}
#else
#include "curves_s16_value.h"

void mcugen_logistic_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in,
                                   int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = mcugen_logistic_value(layer, in[i]);
  }
}

void mcugen_tanh_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = mcugen_tanh_value(layer, in[i]);
  }
}
#endif
