// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// LOGISTIC and TANH of int16, by the straight lines of curve.h.
#ifndef MCUGEN_KERNELS_CURVES_S16_H
#define MCUGEN_KERNELS_CURVES_S16_H

#include <stdint.h>

typedef struct {
  const int16_t *curve;  // 512 lines, as curve.h has them
  uint32_t count;
  int32_t multiplier;  // an input times multiplier / 2^shift is in steps of 1 / (3 * 2^12)
  uint32_t shift;
} mcugen_curves_s16_t;

// Further from the middle than so many lines, the results are constant.
#define MCUGEN_CURVE_LINES 255
#define MCUGEN_LOGISTIC_BITS 9
#define MCUGEN_LOGISTIC_LOW 1
#define MCUGEN_TANH_BITS 8
// TFLite's ends: 65535 in place of the curve's last node.
#define MCUGEN_TANH_END ((0xFFFF << MCUGEN_TANH_BITS) - (1 << 23))
#define MCUGEN_TANH_HIGH ((MCUGEN_TANH_END + (1 << 7)) >> 8)
#define MCUGEN_TANH_LOW ((-MCUGEN_TANH_END + (1 << 7) - 1) >> 8)

// `out` may be the same memory as `in`.
void mcugen_logistic_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out);
void mcugen_tanh_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out);

// The same for Helium.
void mcugen_logistic_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in,
                                   int16_t *out);
void mcugen_tanh_s16_mve_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out);

#endif
