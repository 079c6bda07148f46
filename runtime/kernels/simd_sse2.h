// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// simd.h with SSE2.
#ifndef MCUGEN_KERNELS_SIMD_SSE2_H
#define MCUGEN_KERNELS_SIMD_SSE2_H

#include <emmintrin.h>

typedef struct {
  __m128i low, high;
} mcugen_sums_t;

MCUGEN_INLINE __m128i mcugen_load_16(const void *from) { return _mm_loadu_si128(from); }

MCUGEN_INLINE __m128i mcugen_widen_low(__m128i bytes) {
  return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}

MCUGEN_INLINE __m128i mcugen_widen_high(__m128i bytes) {
  return _mm_srai_epi16(_mm_unpackhi_epi8(bytes, bytes), 8);
}

MCUGEN_INLINE mcugen_sums_t mcugen_start_sums(const int32_t *start) {
  return (mcugen_sums_t){mcugen_load_16(start), mcugen_load_16(start + 4)};
}

typedef struct {
  __m128i low, high;
} mcugen_pair_t;

// Eight values from each of two places, one of each in turn, widened.
MCUGEN_INLINE mcugen_pair_t mcugen_load_zipped(const int8_t *x0, const int8_t *x1) {
  const __m128i x =
      _mm_unpacklo_epi8(_mm_loadl_epi64((const void *)x0), _mm_loadl_epi64((const void *)x1));
  return (mcugen_pair_t){mcugen_widen_low(x), mcugen_widen_high(x)};
}

// The weights of two taps of eight channels, [2][MCUGEN_LANES].
MCUGEN_INLINE mcugen_pair_t mcugen_load_pair(const int8_t *weights) {
  return mcugen_load_zipped(weights, weights + MCUGEN_LANES);
}

// Two taps of eight channels, beginning at x0 and x1.
MCUGEN_INLINE mcugen_sums_t mcugen_add_taps(mcugen_sums_t sums, mcugen_pair_t weights,
                                            const int8_t *x0, const int8_t *x1) {
  const mcugen_pair_t x = mcugen_load_zipped(x0, x1);
  return (mcugen_sums_t){_mm_add_epi32(sums.low, _mm_madd_epi16(weights.low, x.low)),
                         _mm_add_epi32(sums.high, _mm_madd_epi16(weights.high, x.high))};
}

// Sums of a block for conv_2d_rows.h: two lanes for each of channels 0 and 1, of 2 and 3, ...
typedef struct {
  __m128i two[4];
} mcugen_halves_t;

#define MCUGEN_TOGETHER 2u

MCUGEN_INLINE mcugen_halves_t mcugen_start_halves(const int32_t *start) {
  const __m128i zero = _mm_setzero_si128();
  const __m128i low = mcugen_load_16(start);
  const __m128i high = mcugen_load_16(start + 4);
  return (mcugen_halves_t){{_mm_unpacklo_epi32(low, zero), _mm_unpackhi_epi32(low, zero),
                            _mm_unpacklo_epi32(high, zero), _mm_unpackhi_epi32(high, zero)}};
}

// Four taps, twice in `x`, of the channels whose weights are [4][4].
MCUGEN_INLINE void mcugen_add_four(__m128i *sums, __m128i weights, __m128i x) {
  sums[0] = _mm_add_epi32(sums[0], _mm_madd_epi16(mcugen_widen_low(weights), x));
  sums[1] = _mm_add_epi32(sums[1], _mm_madd_epi16(mcugen_widen_high(weights), x));
}

// Eight taps of each position, `stride` bytes apart; the weights are [2][MCUGEN_LANES][4].
MCUGEN_INLINE void mcugen_add_eight(mcugen_halves_t *sums, uint32_t positions,
                                    const int8_t *weights, const int8_t *in, uint32_t stride) {
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    const __m128i x = mcugen_widen_low(_mm_loadl_epi64((const void *)(in + p * stride)));
    const __m128i first = _mm_shuffle_epi32(x, 0x44);
    const __m128i last = _mm_shuffle_epi32(x, 0xEE);
    mcugen_add_four(&sums[p].two[0], mcugen_load_16(weights), first);
    mcugen_add_four(&sums[p].two[2], mcugen_load_16(weights + 16), first);
    mcugen_add_four(&sums[p].two[0], mcugen_load_16(weights + 32), last);
    mcugen_add_four(&sums[p].two[2], mcugen_load_16(weights + 48), last);
  }
}

// The sums of neighbouring lanes of a and b.
MCUGEN_INLINE __m128i mcugen_join(__m128i a, __m128i b) {
  const __m128 first = _mm_castsi128_ps(a);
  const __m128 last = _mm_castsi128_ps(b);
  return _mm_add_epi32(_mm_castps_si128(_mm_shuffle_ps(first, last, 0x88)),
                       _mm_castps_si128(_mm_shuffle_ps(first, last, 0xDD)));
}

MCUGEN_INLINE mcugen_sums_t mcugen_join_halves(mcugen_halves_t sums) {
  return (mcugen_sums_t){mcugen_join(sums.two[0], sums.two[1]),
                         mcugen_join(sums.two[2], sums.two[3])};
}

typedef struct {
  int32_t lane[MCUGEN_LANES];
} mcugen_lanes_t;

MCUGEN_INLINE mcugen_lanes_t mcugen_lanes_of(mcugen_sums_t sums) {
  mcugen_lanes_t lanes;
  _mm_storeu_si128((void *)lanes.lane, sums.low);
  _mm_storeu_si128((void *)(lanes.lane + 4), sums.high);
  return lanes;
}

// SSE2 has neither signed products of 64 bits nor a shift per lane.
MCUGEN_INLINE mcugen_sums_t mcugen_requantize_block(mcugen_sums_t sums, mcugen_sums_t multipliers,
                                                    mcugen_sums_t shifts,
                                                    mcugen_rounding_t rounding) {
  mcugen_lanes_t values = mcugen_lanes_of(sums);
  const mcugen_lanes_t multiplier = mcugen_lanes_of(multipliers);
  const mcugen_lanes_t shift = mcugen_lanes_of(shifts);
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const mcugen_requant_t by = {multiplier.lane[i], shift.lane[i]};
    values.lane[i] = mcugen_requantize(values.lane[i], by, rounding);
  }
  return mcugen_start_sums(values.lane);
}

MCUGEN_INLINE void mcugen_store_block(int8_t *out, mcugen_sums_t values, mcugen_output_t range) {
  // Saturating: a sum that does not fit 16 bits ends at `low` or `high` all the same.
  const __m128i wide = _mm_packs_epi32(values.low, values.high);
  const __m128i moved = _mm_adds_epi16(wide, _mm_set1_epi16((int16_t)range.zero_point));
  const __m128i raised = _mm_max_epi16(moved, _mm_set1_epi16((int16_t)range.low));
  const __m128i limited = _mm_min_epi16(raised, _mm_set1_epi16((int16_t)range.high));
  _mm_storel_epi64((void *)out, _mm_packs_epi16(limited, limited));
}

// --- elementwise: eight values -------------------------------------------------------------------

MCUGEN_INLINE mcugen_sums_t mcugen_every_sum(int32_t value) {
  return (mcugen_sums_t){_mm_set1_epi32(value), _mm_set1_epi32(value)};
}

// x - zero_point.
MCUGEN_INLINE mcugen_sums_t mcugen_centre_block(const int8_t *x, int32_t zero_point) {
  const __m128i wide = mcugen_widen_low(_mm_loadl_epi64((const void *)x));
  const __m128i moved = _mm_sub_epi16(wide, _mm_set1_epi16((int16_t)zero_point));
  return (mcugen_sums_t){_mm_srai_epi32(_mm_unpacklo_epi16(moved, moved), 16),
                         _mm_srai_epi32(_mm_unpackhi_epi16(moved, moved), 16)};
}

MCUGEN_INLINE mcugen_sums_t mcugen_add_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  return (mcugen_sums_t){_mm_add_epi32(a.low, b.low), _mm_add_epi32(a.high, b.high)};
}

MCUGEN_INLINE mcugen_sums_t mcugen_multiply_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  mcugen_lanes_t values = mcugen_lanes_of(a);
  const mcugen_lanes_t factors = mcugen_lanes_of(b);
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    values.lane[i] *= factors.lane[i];
  }
  return mcugen_start_sums(values.lane);
}

#endif
