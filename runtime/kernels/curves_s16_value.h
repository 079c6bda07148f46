// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// LOGISTIC and TANH of one int16 value.
#ifndef MCUGEN_KERNELS_CURVES_S16_VALUE_H
#define MCUGEN_KERNELS_CURVES_S16_VALUE_H

#include <stdbool.h>

#include "curve.h"
#include "curves_s16.h"

static inline int32_t mcugen_curve_position(const mcugen_curves_s16_t *layer, int16_t x) {
  const int32_t half = layer->shift > 0 ? 1 << (layer->shift - 1) : 0;
  return (x * layer->multiplier + half) >> layer->shift;
}

static inline bool mcugen_curve_holds(int32_t x, uint32_t bits) {
  return (uint32_t)(x < 0 ? -x : x) >> bits < MCUGEN_CURVE_LINES;
}

static inline int16_t mcugen_logistic_value(const mcugen_curves_s16_t *layer, int16_t in) {
  const int32_t x = mcugen_curve_position(layer, in);
  const int32_t outside = x < 0 ? MCUGEN_LOGISTIC_LOW : INT16_MAX;
  const bool inside = mcugen_curve_holds(x, MCUGEN_LOGISTIC_BITS);
  return (int16_t)(inside ? mcugen_sigmoid_s16(layer->curve + 512, x) : outside);
}

static inline int16_t mcugen_tanh_value(const mcugen_curves_s16_t *layer, int16_t in) {
  const int32_t x = mcugen_curve_position(layer, in);
  const int32_t outside = x < 0 ? MCUGEN_TANH_LOW : MCUGEN_TANH_HIGH;
  const bool inside = mcugen_curve_holds(x, MCUGEN_TANH_BITS);
  return (int16_t)(inside ? mcugen_tanh_s16(layer->curve + 512, x) : outside);
}

#endif
