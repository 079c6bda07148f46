// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Helium (MVE) of Armv8.1-M, elsewhere the same in C, so that every kernel_mve.c also runs on a PC.
// A kernel defines MCUGEN_LANES before it includes this. All sums are modulo 2^32.
#ifndef MCUGEN_KERNELS_MVE_H
#define MCUGEN_KERNELS_MVE_H

#include <stddef.h>
#include <stdint.h>

#include "requantize.h"

#define MCUGEN_INLINE static inline __attribute__((always_inline))
// Loops over sums that are to stay in registers.
#define MCUGEN_UNROLL _Pragma("GCC unroll 16")

typedef struct {
  int32_t zero_point, low, high;  // of the output
} mcugen_output_t;

// Where the sums start, then the factors, of a block of channels: [3][MCUGEN_LANES].
typedef const int32_t mcugen_channels_t[MCUGEN_LANES];

#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>

MCUGEN_INLINE void mcugen_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
  for (; count > 0; count -= 16) {
    const mve_pred16_t left = vctp8q((uint32_t)count);
    vstrbq_p_s8(to, vldrbq_z_s8(from, left), left);
    to += 16;
    from += 16;
  }
}

MCUGEN_INLINE void mcugen_fill(int8_t *to, int32_t value, int32_t count) {
  for (; count > 0; count -= 16) {
    vstrbq_p_s8(to, vdupq_n_s8((int8_t)value), vctp8q((uint32_t)count));
    to += 16;
  }
}

// Four sums times their factors, whose shifts are to the right by 1 or more, for single rounding by
// 2.
MCUGEN_INLINE int32x4_t mcugen_requantize_four(int32x4_t sums, int32x4_t multipliers,
                                               int32x4_t shifts, mcugen_rounding_t rounding) {
  if (rounding == MCUGEN_ROUND_DOUBLE) {
    const int32x4_t high = vqrdmulhq_s32(sums, multipliers);
    // Ties of negative values go away from zero.
    return vrshlq_s32(vqaddq_s32(high, vshrq_n_s32(high, 31)), shifts);
  }
  return vrshlq_s32(vmulhq_s32(sums, multipliers), vaddq_n_s32(shifts, 1));
}
#else
MCUGEN_INLINE void mcugen_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
  __builtin_memcpy(to, from, (size_t)count);
}

MCUGEN_INLINE void mcugen_fill(int8_t *to, int32_t value, int32_t count) {
  __builtin_memset(to, value, (size_t)count);
}

MCUGEN_INLINE int8_t mcugen_finish_one(int32_t sum, int32_t multiplier, int32_t shift,
                                       mcugen_output_t range, mcugen_rounding_t rounding) {
  const mcugen_requant_t by = {multiplier, shift};
  const int32_t value = mcugen_add(mcugen_requantize(sum, by, rounding), range.zero_point);
  return (int8_t)mcugen_clamp(value, range.low, range.high);
}
#endif

#endif
