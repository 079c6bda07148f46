// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// curve.h for four values at a time, with Helium.
#ifndef MCUGEN_KERNELS_CURVE_MVE_H
#define MCUGEN_KERNELS_CURVE_MVE_H

#include "mve.h"

// mcugen_on_curve. The lines left of the middle have offsets below 0, which wrap as addresses do.
MCUGEN_INLINE int32x4_t mcugen_on_curve_four(const int16_t *middle, int32x4_t x, int32_t bits,
                                             int32_t addend) {
  const uint32x4_t offsets = vreinterpretq_u32_s32(vshlq_r_s32(x, -bits));
  const int32_t *words = (const int32_t *)(const void *)middle;
  const int16x8_t lines = vreinterpretq_s16_s32(vldrwq_gather_shifted_offset_s32(words, offsets));
  const int32x4_t position = vandq_s32(x, vdupq_n_s32((1 << bits) - 1));
  const int32x4_t left = vmlaq_n_s32(vshrq_n_s32(x, 31), vmovltq_s16(lines), 1 << bits);
  return vaddq_n_s32(vaddq_s32(left, vmulq_s32(vmovlbq_s16(lines), position)), addend);
}

MCUGEN_INLINE int32x4_t mcugen_clamp_four(int32x4_t x, int32_t low, int32_t high) {
  return vminq_s32(vmaxq_s32(x, vdupq_n_s32(low)), vdupq_n_s32(high));
}

MCUGEN_INLINE int32x4_t mcugen_sigmoid_four(const int16_t *middle, int32x4_t x) {
  return vshrq_n_s32(mcugen_on_curve_four(middle, x, 9, (1 << 24) + (1 << 9)), 10);
}

MCUGEN_INLINE int32x4_t mcugen_tanh_four(const int16_t *middle, int32x4_t x) {
  const int32x4_t inside = mcugen_clamp_four(x, -65536, 65535);
  return vshrq_n_s32(mcugen_on_curve_four(middle, inside, 8, 1 << 7), 8);
}

#endif
