// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// simd.h with NEON.
#ifndef MCUGEN_KERNELS_SIMD_NEON_H
#define MCUGEN_KERNELS_SIMD_NEON_H

#include <arm_neon.h>

typedef struct {
  int32x4_t low, high;
} mcugen_sums_t;

MCUGEN_INLINE mcugen_sums_t mcugen_start_sums(const int32_t *start) {
  return (mcugen_sums_t){vld1q_s32(start), vld1q_s32(start + 4)};
}

typedef struct {
  int8x8_t first, last;
} mcugen_pair_t;

// The weights of two taps of eight channels, [2][MCUGEN_LANES].
MCUGEN_INLINE mcugen_pair_t mcugen_load_pair(const int8_t *weights) {
  return (mcugen_pair_t){vld1_s8(weights), vld1_s8(weights + MCUGEN_LANES)};
}

// Two taps of eight channels, beginning at x0 and x1. No weight is -128, so two products fit 16
// bits.
MCUGEN_INLINE mcugen_sums_t mcugen_add_taps(mcugen_sums_t sums, mcugen_pair_t weights,
                                            const int8_t *x0, const int8_t *x1) {
  const int16x8_t first = vmull_s8(vld1_s8(x0), weights.first);
  const int16x8_t both = vmlal_s8(first, vld1_s8(x1), weights.last);
  sums.low = vaddw_s16(sums.low, vget_low_s16(both));
  sums.high = vaddw_high_s16(sums.high, both);
  return sums;
}

#define MCUGEN_TOGETHER 4u
#define MCUGEN_ADDS_RUNS 1

// The next 64 bytes. What the compiler does not see through, it does not turn into an address of
// its own for each load.
MCUGEN_INLINE int8x16x4_t mcugen_take_64(const int8_t **from) {
  const int8x16x4_t taken = vld1q_s8_x4(*from);
  *from += 64;
  __asm__("" : "+r"(*from));
  return taken;
}

#ifdef __ARM_FEATURE_DOTPROD
typedef mcugen_sums_t mcugen_halves_t;

MCUGEN_INLINE mcugen_halves_t mcugen_start_halves(const int32_t *start) {
  return mcugen_start_sums(start);
}

// Eight taps of each position, `stride` bytes apart; the weights are [2][MCUGEN_LANES][4].
MCUGEN_INLINE void mcugen_add_eight(mcugen_halves_t *sums, uint32_t positions,
                                    const int8_t *weights, const int8_t *in, uint32_t stride) {
  const int8x16x4_t w = vld1q_s8_x4(weights);
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    const int8x8_t x = vld1_s8(in + p * stride);
    sums[p].low = vdotq_lane_s32(sums[p].low, w.val[0], x, 0);
    sums[p].high = vdotq_lane_s32(sums[p].high, w.val[1], x, 0);
    sums[p].low = vdotq_lane_s32(sums[p].low, w.val[2], x, 1);
    sums[p].high = vdotq_lane_s32(sums[p].high, w.val[3], x, 1);
  }
}

// Four taps, those of lanes `lane` in x; the weights are [MCUGEN_LANES][4] for each lane.
#define MCUGEN_DOT(sums, w, first, x, lane)                          \
  (sums).low = vdotq_laneq_s32((sums).low, (w).val[first], x, lane); \
  (sums).high = vdotq_laneq_s32((sums).high, (w).val[(first) + 1], x, lane)

// Sixteen taps of each position; takes weights, which are [4][MCUGEN_LANES][4].
MCUGEN_INLINE void mcugen_add_sixteen(mcugen_halves_t *sums, uint32_t positions,
                                      const int8_t **weights, const int8_t *in, uint32_t stride) {
  const int8x16x4_t w = mcugen_take_64(weights);
  const int8x16x4_t v = mcugen_take_64(weights);
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    const int8x16_t x = vld1q_s8(in + p * stride);
    MCUGEN_DOT(sums[p], w, 0, x, 0);
    MCUGEN_DOT(sums[p], w, 2, x, 1);
    MCUGEN_DOT(sums[p], v, 0, x, 2);
    MCUGEN_DOT(sums[p], v, 2, x, 3);
  }
}

// As many turns of 64 taps of one position as there are, whose weights it takes; returns where the
// next tap is. The sums are in two parts, so that an instruction need not wait for the one before.
MCUGEN_INLINE const int8_t *mcugen_add_many(mcugen_halves_t *sums, const int8_t **weights,
                                            const int8_t *in, uint32_t count) {
  mcugen_halves_t part = {vdupq_n_s32(0), vdupq_n_s32(0)};
  for (uint32_t turns = count / 64u; turns != 0; --turns) {
    const int8x16x4_t x = mcugen_take_64(&in);
    MCUGEN_UNROLL for (uint32_t i = 0; i < 4; ++i) {
      const int8x16x4_t w = mcugen_take_64(weights);
      const int8x16x4_t v = mcugen_take_64(weights);
      MCUGEN_DOT(*sums, w, 0, x.val[i], 0);
      MCUGEN_DOT(part, w, 2, x.val[i], 1);
      MCUGEN_DOT(*sums, v, 0, x.val[i], 2);
      MCUGEN_DOT(part, v, 2, x.val[i], 3);
    }
  }
  sums->low = vaddq_s32(sums->low, part.low);
  sums->high = vaddq_s32(sums->high, part.high);
  return in;
}

MCUGEN_INLINE void mcugen_add_run(mcugen_halves_t *sums, uint32_t positions, const int8_t **weights,
                                  const int8_t *in, uint32_t stride, uint32_t count) {
  const int8_t *end = in + count / 16u * 16u;
  if (positions == 1) {
    in = mcugen_add_many(sums, weights, in, count);
  }
  for (; in != end; in += 16) {
    mcugen_add_sixteen(sums, positions, weights, in, stride);
  }
  if ((count & 8u) != 0) {
    mcugen_add_eight(sums, positions, *weights, in, stride);
    *weights += 8u * MCUGEN_LANES;
  }
}

MCUGEN_INLINE mcugen_sums_t mcugen_join_halves(mcugen_halves_t sums) { return sums; }
#else
// Sums of a block for conv_2d_rows.h: two lanes for each of channels 0 and 1, of 2 and 3, ...
typedef struct {
  int32x4_t two[4];
} mcugen_halves_t;

MCUGEN_INLINE mcugen_halves_t mcugen_start_halves(const int32_t *start) {
  const int32x4_t zero = vdupq_n_s32(0);
  const int32x4_t low = vld1q_s32(start);
  const int32x4_t high = vld1q_s32(start + 4);
  return (mcugen_halves_t){{vzip1q_s32(low, zero), vzip2q_s32(low, zero), vzip1q_s32(high, zero),
                            vzip2q_s32(high, zero)}};
}

// Two groups of four taps of four channels; no weight is -128, so two products fit 16 bits.
MCUGEN_INLINE void mcugen_add_fours(int32x4_t *sums, int8x16_t a, int8x16_t x, int8x16_t b,
                                    int8x16_t y) {
  const int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(x));
  const int16x8_t high = vmull_high_s8(a, x);
  sums[0] = vpadalq_s16(sums[0], vmlal_s8(low, vget_low_s8(b), vget_low_s8(y)));
  sums[1] = vpadalq_s16(sums[1], vmlal_high_s8(high, b, y));
}

// The next four taps, in every lane. GCC would load them and spread them with two instructions.
MCUGEN_INLINE int8x16_t mcugen_take_four(const int8_t **from) {
  int8x16_t taken;
  typedef const int8_t four_t[4];
  __asm__("ld1r {%0.4s}, [%1], #4" : "=w"(taken), "+r"(*from) : "m"(*(four_t *)(*from)));
  return taken;
}

// `count` taps, a multiple of 8, of each position; takes their weights, [2][MCUGEN_LANES][4] for
// eight.
MCUGEN_INLINE void mcugen_add_run(mcugen_halves_t *sums, uint32_t positions, const int8_t **weights,
                                  const int8_t *in, uint32_t stride, uint32_t count) {
  const int8_t *taps[MCUGEN_TOGETHER];
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) { taps[p] = in + p * stride; }
  for (uint32_t turns = count / 8u; turns != 0; --turns) {
    const int8x16x4_t w = mcugen_take_64(weights);
    MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
      const int8x16_t x = mcugen_take_four(&taps[p]);
      const int8x16_t y = mcugen_take_four(&taps[p]);
      int32x4_t *two = sums[p].two;
      mcugen_add_fours(&two[0], w.val[0], x, w.val[2], y);
      mcugen_add_fours(&two[2], w.val[1], x, w.val[3], y);
      // Before the next position's products: those of all do not fit the registers.
      __asm__ volatile("" : "+w"(two[0]), "+w"(two[1]), "+w"(two[2]), "+w"(two[3]));
    }
  }
}

MCUGEN_INLINE mcugen_sums_t mcugen_join_halves(mcugen_halves_t sums) {
  return (mcugen_sums_t){vpaddq_s32(sums.two[0], sums.two[1]),
                         vpaddq_s32(sums.two[2], sums.two[3])};
}
#endif

// Four sums times their factors, whose shifts are all to the right.
MCUGEN_INLINE int32x4_t mcugen_requantize_four(int32x4_t sums, int32x4_t multipliers,
                                               int32x4_t shifts, mcugen_rounding_t rounding) {
  if (rounding == MCUGEN_ROUND_DOUBLE) {
    const int32x4_t high = vqrdmulhq_s32(sums, multipliers);
    // Ties of negative values go away from zero; a shift by 0 has no ties. `high` is not INT32_MIN:
    // a multiplier is at most INT32_MAX.
    return vrshlq_s32(vsraq_n_s32(high, vandq_s32(high, shifts), 31), shifts);
  }
  const int32x4_t right = vsubq_s32(shifts, vdupq_n_s32(31));
  const int64x2_t low = vmull_s32(vget_low_s32(sums), vget_low_s32(multipliers));
  const int64x2_t high = vmull_high_s32(sums, multipliers);
  return vcombine_s32(vmovn_s64(vrshlq_s64(low, vmovl_s32(vget_low_s32(right)))),
                      vmovn_s64(vrshlq_s64(high, vmovl_high_s32(right))));
}

MCUGEN_INLINE mcugen_sums_t mcugen_requantize_block(mcugen_sums_t sums, mcugen_sums_t multipliers,
                                                    mcugen_sums_t shifts,
                                                    mcugen_rounding_t rounding) {
  return (mcugen_sums_t){
      mcugen_requantize_four(sums.low, multipliers.low, shifts.low, rounding),
      mcugen_requantize_four(sums.high, multipliers.high, shifts.high, rounding)};
}

MCUGEN_INLINE void mcugen_store_block(int8_t *out, mcugen_sums_t values, mcugen_output_t range) {
  // Saturating: a sum that does not fit 16 bits ends at `low` or `high` all the same.
  const int16x8_t wide = vqmovn_high_s32(vqmovn_s32(values.low), values.high);
  const int16x8_t moved = vqaddq_s16(wide, vdupq_n_s16((int16_t)range.zero_point));
  const int8x8_t narrow = vmax_s8(vqmovn_s16(moved), vdup_n_s8((int8_t)range.low));
  vst1_s8(out, vmin_s8(narrow, vdup_n_s8((int8_t)range.high)));
}

// --- elementwise: eight values -------------------------------------------------------------------

MCUGEN_INLINE mcugen_sums_t mcugen_every_sum(int32_t value) {
  return (mcugen_sums_t){vdupq_n_s32(value), vdupq_n_s32(value)};
}

// x - zero_point.
MCUGEN_INLINE mcugen_sums_t mcugen_centre_block(const int8_t *x, int32_t zero_point) {
  const int16x8_t moved = vsubq_s16(vmovl_s8(vld1_s8(x)), vdupq_n_s16((int16_t)zero_point));
  return (mcugen_sums_t){vmovl_s16(vget_low_s16(moved)), vmovl_high_s16(moved)};
}

MCUGEN_INLINE mcugen_sums_t mcugen_add_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  return (mcugen_sums_t){vaddq_s32(a.low, b.low), vaddq_s32(a.high, b.high)};
}

MCUGEN_INLINE mcugen_sums_t mcugen_multiply_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  return (mcugen_sums_t){vmulq_s32(a.low, b.low), vmulq_s32(a.high, b.high)};
}

#endif
