// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D with Helium: sixteen channels at a time. Products of even and of odd channels
// land in two vectors of int16, where those of two taps still fit (no weight is -128), then in four
// of int32. The constants have their order, channels 0, 4, 8, 12; 2, 6, 10, 14; 1, 5, 9, 13; 3, 7,
// 11, 15; narrowing undoes it.
#define MCUGEN_LANES 16u
#define MCUGEN_GROUP 2u
#include "mve.h"

typedef mcugen_channels_t *mcugen_factors_t;

MCUGEN_INLINE mcugen_factors_t mcugen_load_factors(mcugen_channels_t *channels) {
  return channels;
}

#ifdef __ARM_FEATURE_MVE
typedef struct {
  int32x4_t four[4];
} mcugen_sums_t;

// The weights are [taps][MCUGEN_LANES].
MCUGEN_INLINE mcugen_sums_t mcugen_sum_taps(const int32_t *start, const int8_t *weights,
                                            const int8_t *const *taps, uint32_t count, uint32_t c) {
  int32x4_t a = vld1q_s32(start);
  int32x4_t b = vld1q_s32(start + 4);
  int32x4_t d = vld1q_s32(start + 8);
  int32x4_t e = vld1q_s32(start + 12);
  int8x16_t even, odd, w, x;
  const int8_t *first, *last;
  // In C, GCC 12 spills one of the eight vectors: 31 instructions for two taps, here 24. A vector
  // of inputs is loaded again, as its products overwrite it.
  __asm__ volatile(
      "1: ldrd %[first], %[last], [%[taps]], #8 \n"
      "add %[first], %[c] \n add %[last], %[c] \n"
      "vldrb.8 %q[odd], [%[first]] \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmullb.s8 %q[even], %q[odd], %q[w] \n vmullt.s8 %q[odd], %q[odd], %q[w] \n"
      "vldrb.8 %q[x], [%[last]] \n vldrb.8 %q[w], [%[weights]], #16 \n"
      "vmullb.s8 %q[x], %q[x], %q[w] \n vadd.i16 %q[even], %q[even], %q[x] \n"
      "vldrb.8 %q[x], [%[last]] \n"
      "vmullt.s8 %q[x], %q[x], %q[w] \n vadd.i16 %q[odd], %q[odd], %q[x] \n"
      "vmovlb.s16 %q[w], %q[even] \n vmovlt.s16 %q[even], %q[even] \n"
      "vadd.i32 %q[a], %q[a], %q[w] \n vadd.i32 %q[b], %q[b], %q[even] \n"
      "vmovlb.s16 %q[w], %q[odd] \n vmovlt.s16 %q[odd], %q[odd] \n"
      "subs %[count], #2 \n"
      "vadd.i32 %q[d], %q[d], %q[w] \n vadd.i32 %q[e], %q[e], %q[odd] \n"
      "bne 1b \n"
      : [a] "+w"(a), [b] "+w"(b), [d] "+w"(d), [e] "+w"(e), [even] "=&w"(even), [odd] "=&w"(odd),
        [w] "=&w"(w), [x] "=&w"(x), [taps] "+r"(taps), [weights] "+r"(weights), [count] "+r"(count),
        [first] "=&r"(first), [last] "=&r"(last)
      : [c] "r"(c)
      : "cc", "memory");
  return (mcugen_sums_t){{a, b, d, e}};
}

MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t channels, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  (void)count;  // whole blocks only
  MCUGEN_UNROLL for (uint32_t i = 0; i < 4; ++i) {
    const int32x4_t multipliers = vld1q_s32(&channels[1][4 * i]);
    const int32x4_t shifts = vld1q_s32(&channels[2][4 * i]);
    sums.four[i] = mcugen_requantize_four(sums.four[i], multipliers, shifts, rounding);
  }
  // Saturating: a sum that does not fit 16 bits ends at `low` or `high` all the same. The lower
  // halves are written in place, then the upper ones.
  int16x8_t even = vqmovnbq_s32(vreinterpretq_s16_s32(sums.four[0]), sums.four[0]);
  int16x8_t odd = vqmovnbq_s32(vreinterpretq_s16_s32(sums.four[2]), sums.four[2]);
  even = vqaddq_n_s16(vqmovntq_s32(even, sums.four[1]), (int16_t)range.zero_point);
  odd = vqaddq_n_s16(vqmovntq_s32(odd, sums.four[3]), (int16_t)range.zero_point);
  const int8x16_t low = vqmovnbq_s16(vreinterpretq_s8_s16(even), even);
  const int8x16_t values = vqmovntq_s16(low, odd);
  vst1q_s8(out, vminq_s8(vmaxq_s8(values, vdupq_n_s8((int8_t)range.low)),
                         vdupq_n_s8((int8_t)range.high)));
}
#else
typedef struct {
  int32_t lane[MCUGEN_LANES];
} mcugen_sums_t;

MCUGEN_INLINE uint32_t channel_of(uint32_t lane) {
  static const uint8_t FIRST[4] = {0, 2, 1, 3};
  return lane % 4u * 4u + FIRST[lane / 4u];
}

MCUGEN_INLINE mcugen_sums_t mcugen_sum_taps(const int32_t *start, const int8_t *weights,
                                            const int8_t *const *taps, uint32_t count, uint32_t c) {
  mcugen_sums_t sums;
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const uint32_t channel = channel_of(i);
    sums.lane[i] = start[i];
    for (uint32_t t = 0; t < count; ++t) {
      const int32_t product = taps[t][c + channel] * weights[t * MCUGEN_LANES + channel];
      sums.lane[i] = mcugen_add(sums.lane[i], product);
    }
  }
  return sums;
}

MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t channels, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  (void)count;  // whole blocks only
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    out[channel_of(i)] =
        mcugen_finish_one(sums.lane[i], channels[1][i], channels[2][i], range, rounding);
  }
}
#endif

#include "depthwise_conv_2d_blocks.h"

void mcugen_depthwise_conv_2d_mve_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_depthwise_conv_2d_blocks(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_depthwise_conv_2d_mve_single(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_depthwise_conv_2d_blocks(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
