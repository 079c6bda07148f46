// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with Helium: VMLADAVA adds sixteen products of a channel to its sum.
#define MCUGEN_LANES 4u
#define MCUGEN_TOGETHER 2u
#include "mve.h"

// What positions see: `depth` taps, `stride` bytes from those of the position before.
typedef struct {
  const int8_t *in;
  uint32_t stride, depth;
} mcugen_view_t;

#ifdef __ARM_FEATURE_MVE
typedef int32x4_t mcugen_sums_t;  // of four channels

#ifdef __OPTIMIZE__
// VMLADAVA takes only even registers, of which eight sums need all: GCC 12 spills. 16 instructions
// for 128 multiplications.
MCUGEN_INLINE void sum_two(mcugen_sums_t *sums, const int32_t *start, const int8_t *weights,
                           const int8_t *in, uint32_t stride, uint32_t depth) {
  register const int32_t *r0 __asm__("r0") = start;
  register const int8_t *r1 __asm__("r1") = in;
  register const int8_t *r3 __asm__("r3") = in + stride;
  register const int8_t *r5 __asm__("r5") = weights;
  register uint32_t r7 __asm__("r7") = depth / 16;
  int32x4_t first, last;
  int8x16_t v, w;
  __asm__ volatile(
      "ldrd r4, r6, [r0, #8] \n ldrd r0, r2, [r0] \n"
      "mov r8, r0 \n mov r10, r2 \n mov r12, r4 \n mov lr, r6 \n"
      "1: vldrb.8 %q0, [r1], #16 \n vldrb.8 %q1, [r3], #16 \n"
      "vldrb.8 %q2, [r5], #16 \n vldrb.8 %q3, [r5], #16 \n"
      "vmladava.s8 r0, %q0, %q2 \n vmladava.s8 r8, %q1, %q2 \n"
      "vldrb.8 %q2, [r5], #16 \n"
      "vmladava.s8 r2, %q0, %q3 \n vmladava.s8 r10, %q1, %q3 \n"
      "vldrb.8 %q3, [r5], #16 \n"
      "vmladava.s8 r4, %q0, %q2 \n vmladava.s8 r12, %q1, %q2 \n"
      "subs r7, #1 \n"
      "vmladava.s8 r6, %q0, %q3 \n vmladava.s8 lr, %q1, %q3 \n"
      "bne 1b \n"
      "vmov %e0, r0, r2 \n vmov %f0, r4, r6 \n vmov %e1, r8, r10 \n vmov %f1, r12, lr \n"
      : "=&w"(first), "=&w"(last), "=&w"(v), "=&w"(w), "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r5),
        "+r"(r7)
      :
      : "r2", "r4", "r6", "r8", "r10", "r12", "lr", "cc", "memory");
  sums[0] = first;
  sums[1] = last;
}
#else
MCUGEN_INLINE void sum_two(mcugen_sums_t *sums, const int32_t *start, const int8_t *weights,
                           const int8_t *in, uint32_t stride, uint32_t depth) {
  sums[0] = mcugen_dot_four(start, weights, in, depth);
  sums[1] = mcugen_dot_four(start, weights, in + stride, depth);
}
#endif

MCUGEN_INLINE void mcugen_sum_block(mcugen_sums_t *sums, uint32_t positions, const int32_t *start,
                                    const int8_t *weights, mcugen_view_t view) {
  if (positions == 1) {
    sums[0] = mcugen_dot_four(start, weights, view.in, view.depth);
  } else {
    sum_two(sums, start, weights, view.in, view.stride, view.depth);
  }
}

typedef struct {
  int32x4_t multipliers, shifts;
} mcugen_factors_t;

MCUGEN_INLINE mcugen_factors_t mcugen_load_factors(mcugen_channels_t *channels) {
  return (mcugen_factors_t){vld1q_s32(channels[1]), vld1q_s32(channels[2])};
}

MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t by, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  int32x4_t values = mcugen_requantize_four(sums, by.multipliers, by.shifts, rounding);
  values = vaddq_n_s32(values, range.zero_point);
  values = vminq_s32(vmaxq_s32(values, vdupq_n_s32(range.low)), vdupq_n_s32(range.high));
  vstrbq_p_s32(out, values, vctp32q(count));
}
#else
typedef struct {
  int32_t lane[MCUGEN_LANES];
} mcugen_sums_t;  // of four channels

typedef mcugen_channels_t *mcugen_factors_t;

MCUGEN_INLINE mcugen_factors_t mcugen_load_factors(mcugen_channels_t *channels) {
  return channels;
}

MCUGEN_INLINE void mcugen_sum_block(mcugen_sums_t *sums, uint32_t positions, const int32_t *start,
                                    const int8_t *weights, mcugen_view_t view) {
  for (uint32_t p = 0; p < positions; ++p) {
    for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
      int32_t sum = start[i];
      for (uint32_t k = 0; k < view.depth; ++k) {
        const int8_t w = weights[(k / 16 * MCUGEN_LANES + i) * 16 + k % 16];
        sum = mcugen_add(sum, w * view.in[p * view.stride + k]);
      }
      sums[p].lane[i] = sum;
    }
  }
}

MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t channels, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  for (uint32_t i = 0; i < MCUGEN_LANES && i < count; ++i) {
    out[i] = mcugen_finish_one(sums.lane[i], channels[1][i], channels[2][i], range, rounding);
  }
}
#endif

#include "conv_2d_tiles.h"

void mcugen_conv_2d_mve_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  mcugen_conv_2d_tiles(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_mve_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  mcugen_conv_2d_tiles(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
