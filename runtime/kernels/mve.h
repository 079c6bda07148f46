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

// In loops with tail predication, which GCC 12 does not make: 3 instructions for 16 bytes.
MCUGEN_INLINE void mcugen_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
  int8x16_t bytes;
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f \n"
      "1: vldrb.8 %q[bytes], [%[from]], #16 \n vstrb.8 %q[bytes], [%[to]], #16 \n"
      "letp lr, 1b \n 2: \n"
      : [bytes] "=&w"(bytes), [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count)
      : "lr", "memory");
}

MCUGEN_INLINE void mcugen_fill(int8_t *to, int32_t value, int32_t count) {
  __asm__ volatile(
      "wlstp.8 lr, %[count], 2f \n"
      "1: vstrb.8 %q[bytes], [%[to]], #16 \n letp lr, 1b \n 2: \n"
      : [to] "+r"(to)
      : [bytes] "w"(vdupq_n_s8((int8_t)value)), [count] "r"(count)
      : "lr", "memory");
}

// Four sums over the same `depth` inputs; the weights are [depth / 16][4][16]. In C, GCC 12 takes
// 12 instructions a turn, and others to make a vector of the sums. VMLADAVA takes even registers
// only.
MCUGEN_INLINE int32x4_t mcugen_dot_four(const int32_t *start, const int8_t *weights,
                                        const int8_t *in, uint32_t depth) {
  int32_t a = start[0], b = start[1], c = start[2], d = start[3];
  int32x4_t sums;
  int8x16_t w;
  __asm__(
      "dls lr, %[steps] \n"
      "1: vldrb.8 %q[sums], [%[in]], #16 \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmladava.s8 %[a], %q[sums], %q[w] \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmladava.s8 %[b], %q[sums], %q[w] \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmladava.s8 %[c], %q[sums], %q[w] \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmladava.s8 %[d], %q[sums], %q[w] \n"
      "le lr, 1b \n"
      "vmov %e[sums], %[a], %[b] \n vmov %f[sums], %[c], %[d] \n"
      : [sums] "=&w"(sums), [w] "=&w"(w), [in] "+l"(in), [weights] "+l"(weights), [a] "+Te"(a),
        [b] "+Te"(b), [c] "+Te"(c), [d] "+Te"(d)
      : [steps] "r"(depth / 16)
      : "lr", "memory");
  return sums;
}

// Four sums times their factors, whose shifts are to the right by 1 or more, for single rounding by
// 2.
MCUGEN_INLINE int32x4_t mcugen_requantize_four(int32x4_t sums, int32x4_t multipliers,
                                               int32x4_t shifts, mcugen_rounding_t rounding) {
  if (rounding == MCUGEN_ROUND_SINGLE) {
    return vrshlq_s32(vmulhq_s32(sums, multipliers), vaddq_n_s32(shifts, 1));
  }
  const int32x4_t high = vqrdmulhq_s32(sums, multipliers);
  if (rounding == MCUGEN_ROUND_RELU) {
    return vrshlq_s32(high, shifts);
  }
  // Ties of negative values go away from zero.
  return vrshlq_s32(vqaddq_s32(high, vshrq_n_s32(high, 31)), shifts);
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
