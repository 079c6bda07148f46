// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// simd.h in plain C.
#ifndef MCUGEN_KERNELS_SIMD_C_H
#define MCUGEN_KERNELS_SIMD_C_H

typedef struct {
  int32_t lane[MCUGEN_LANES];
} mcugen_sums_t;

MCUGEN_INLINE mcugen_sums_t mcugen_start_sums(const int32_t *start) {
  mcugen_sums_t sums;
  __builtin_memcpy(&sums, start, sizeof sums);
  return sums;
}

// The weights of two taps of eight channels, [2][MCUGEN_LANES].
typedef const int8_t *mcugen_pair_t;

MCUGEN_INLINE mcugen_pair_t mcugen_load_pair(const int8_t *weights) { return weights; }

// Two taps of eight channels, beginning at x0 and x1.
MCUGEN_INLINE mcugen_sums_t mcugen_add_taps(mcugen_sums_t sums, mcugen_pair_t weights,
                                            const int8_t *x0, const int8_t *x1) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const int32_t both = weights[i] * x0[i] + weights[MCUGEN_LANES + i] * x1[i];
    sums.lane[i] = mcugen_add(sums.lane[i], both);
  }
  return sums;
}

typedef mcugen_sums_t mcugen_halves_t;

#define MCUGEN_TOGETHER 4u

MCUGEN_INLINE mcugen_halves_t mcugen_start_halves(const int32_t *start) {
  return mcugen_start_sums(start);
}

// Eight taps of each position, `stride` bytes apart; the weights are [2][MCUGEN_LANES][4].
MCUGEN_INLINE void mcugen_add_eight(mcugen_halves_t *sums, uint32_t positions,
                                    const int8_t *weights, const int8_t *in, uint32_t stride) {
  for (uint32_t p = 0; p < positions; ++p) {
    for (uint32_t k = 0; k < 8; ++k) {
      const int8_t *w = weights + k / 4 * 4 * MCUGEN_LANES + k % 4;
      for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
        sums[p].lane[i] = mcugen_add(sums[p].lane[i], w[4 * i] * in[p * stride + k]);
      }
    }
  }
}

MCUGEN_INLINE mcugen_sums_t mcugen_join_halves(mcugen_halves_t sums) { return sums; }

MCUGEN_INLINE mcugen_sums_t mcugen_requantize_block(mcugen_sums_t sums, mcugen_sums_t multipliers,
                                                    mcugen_sums_t shifts,
                                                    mcugen_rounding_t rounding) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const mcugen_requant_t by = {multipliers.lane[i], shifts.lane[i]};
    sums.lane[i] = mcugen_requantize(sums.lane[i], by, rounding);
  }
  return sums;
}

MCUGEN_INLINE void mcugen_store_block(int8_t *out, mcugen_sums_t values, mcugen_output_t range) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const int32_t moved = mcugen_add(values.lane[i], range.zero_point);
    out[i] = (int8_t)mcugen_clamp(moved, range.low, range.high);
  }
}

// --- elementwise: eight values -------------------------------------------------------------------

MCUGEN_INLINE mcugen_sums_t mcugen_every_sum(int32_t value) {
  return (mcugen_sums_t){{value, value, value, value, value, value, value, value}};
}

// x - zero_point.
MCUGEN_INLINE mcugen_sums_t mcugen_centre_block(const int8_t *x, int32_t zero_point) {
  mcugen_sums_t values;
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    values.lane[i] = x[i] - zero_point;
  }
  return values;
}

MCUGEN_INLINE mcugen_sums_t mcugen_add_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    a.lane[i] += b.lane[i];
  }
  return a;
}

MCUGEN_INLINE mcugen_sums_t mcugen_multiply_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    a.lane[i] *= b.lane[i];
  }
  return a;
}

#endif
