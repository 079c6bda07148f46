// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// simd.h with AVX2: all eight lanes in one vector. The caller has asked whether the processor has
// it.
#ifndef MCUGEN_KERNELS_SIMD_AVX2_H
#define MCUGEN_KERNELS_SIMD_AVX2_H

#include <immintrin.h>

typedef __m256i mcugen_sums_t;

MCUGEN_INLINE __m256i mcugen_load_widened(const int8_t *from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)from));
}

MCUGEN_INLINE mcugen_sums_t mcugen_start_sums(const int32_t *start) {
  return _mm256_loadu_si256((const void *)start);
}

typedef __m256i mcugen_pair_t;

// Eight values from each of two places, one of each in turn, widened.
MCUGEN_INLINE __m256i mcugen_load_zipped(const int8_t *x0, const int8_t *x1) {
  return _mm256_cvtepi8_epi16(
      _mm_unpacklo_epi8(_mm_loadl_epi64((const void *)x0), _mm_loadl_epi64((const void *)x1)));
}

// The weights of two taps of eight channels, [2][MCUGEN_LANES].
MCUGEN_INLINE mcugen_pair_t mcugen_load_pair(const int8_t *weights) {
  return mcugen_load_zipped(weights, weights + MCUGEN_LANES);
}

// Two taps of eight channels, beginning at x0 and x1.
MCUGEN_INLINE mcugen_sums_t mcugen_add_taps(mcugen_sums_t sums, mcugen_pair_t weights,
                                            const int8_t *x0, const int8_t *x1) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(weights, mcugen_load_zipped(x0, x1)));
}

// Sums of a block for conv_2d_rows.h: two lanes for each of channels 0 to 3, of 4 to 7.
typedef struct {
  __m256i low, high;
} mcugen_halves_t;

#define MCUGEN_TOGETHER 4u

MCUGEN_INLINE mcugen_halves_t mcugen_start_halves(const int32_t *start) {
  return (mcugen_halves_t){_mm256_cvtepu32_epi64(_mm_loadu_si128((const void *)start)),
                           _mm256_cvtepu32_epi64(_mm_loadu_si128((const void *)(start + 4)))};
}

// Eight taps of each position, `stride` bytes apart; the weights are [2][MCUGEN_LANES][4].
MCUGEN_INLINE void mcugen_add_eight(mcugen_halves_t *sums, uint32_t positions,
                                    const int8_t *weights, const int8_t *in, uint32_t stride) {
  const __m256i w0 = mcugen_load_widened(weights);
  const __m256i w1 = mcugen_load_widened(weights + 16);
  const __m256i w2 = mcugen_load_widened(weights + 32);
  const __m256i w3 = mcugen_load_widened(weights + 48);
  MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
    int64_t eight;
    __builtin_memcpy(&eight, in + p * stride, sizeof eight);
    const __m256i x = _mm256_cvtepi8_epi16(_mm_set1_epi64x(eight));
    const __m256i first = _mm256_shuffle_epi32(x, 0x44);
    const __m256i last = _mm256_shuffle_epi32(x, 0xEE);
    sums[p].low = _mm256_add_epi32(sums[p].low, _mm256_madd_epi16(w0, first));
    sums[p].high = _mm256_add_epi32(sums[p].high, _mm256_madd_epi16(w1, first));
    sums[p].low = _mm256_add_epi32(sums[p].low, _mm256_madd_epi16(w2, last));
    sums[p].high = _mm256_add_epi32(sums[p].high, _mm256_madd_epi16(w3, last));
  }
}

MCUGEN_INLINE mcugen_sums_t mcugen_join_halves(mcugen_halves_t sums) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums.low, sums.high), 0xD8);
}

// The lower words of the even products and, of the odd ones, the upper words.
MCUGEN_INLINE __m256i mcugen_interleave(__m256i even, __m256i odd) {
  return _mm256_blend_epi32(even, odd, 0xAA);
}

// |sum| is below 2^30, shifts are all to the right.
MCUGEN_INLINE __m256i mcugen_requantize_block(__m256i sums, __m256i multipliers, __m256i shifts,
                                              mcugen_rounding_t rounding) {
  const __m256i even = _mm256_mul_epi32(sums, multipliers);
  const __m256i odd =
      _mm256_mul_epi32(_mm256_srli_epi64(sums, 32), _mm256_srli_epi64(multipliers, 32));
  const __m256i right = _mm256_sub_epi32(_mm256_setzero_si256(), shifts);
  if (rounding == MCUGEN_ROUND_DOUBLE) {
    const __m256i nudge = _mm256_set1_epi64x(INT64_C(1) << 30);
    const __m256i high = mcugen_interleave(_mm256_srli_epi64(_mm256_add_epi64(even, nudge), 31),
                                           _mm256_slli_epi64(_mm256_add_epi64(odd, nudge), 1));
    // Ties of negative values go away from zero; a shift by 0 has no ties.
    const __m256i tie = _mm256_srai_epi32(_mm256_and_si256(high, shifts), 31);
    const __m256i half = _mm256_srli_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), right), 1);
    return _mm256_srav_epi32(_mm256_add_epi32(_mm256_add_epi32(high, tie), half), right);
  }
  // 2^62 makes the products positive: there is no arithmetic shift of 64 bits.
  const __m256i all = _mm256_add_epi32(right, _mm256_set1_epi32(31));
  const __m256i right_even = _mm256_and_si256(all, _mm256_set1_epi64x(0xFFFFFFFF));
  const __m256i right_odd = _mm256_srli_epi64(all, 32);
  const __m256i offset = _mm256_set1_epi64x(INT64_C(1) << 62);
  const __m256i one = _mm256_set1_epi64x(1);
  const __m256i half_even = _mm256_srli_epi64(_mm256_sllv_epi64(one, right_even), 1);
  const __m256i half_odd = _mm256_srli_epi64(_mm256_sllv_epi64(one, right_odd), 1);
  const __m256i moved_even = _mm256_add_epi64(_mm256_add_epi64(even, offset), half_even);
  const __m256i moved_odd = _mm256_add_epi64(_mm256_add_epi64(odd, offset), half_odd);
  const __m256i result_even = _mm256_sub_epi64(_mm256_srlv_epi64(moved_even, right_even),
                                               _mm256_srlv_epi64(offset, right_even));
  const __m256i result_odd = _mm256_sub_epi64(_mm256_srlv_epi64(moved_odd, right_odd),
                                              _mm256_srlv_epi64(offset, right_odd));
  return mcugen_interleave(result_even, _mm256_slli_epi64(result_odd, 32));
}

MCUGEN_INLINE void mcugen_store_block(int8_t *out, mcugen_sums_t values, mcugen_output_t range) {
  // Saturating: a sum that does not fit 16 bits ends at `low` or `high` as well.
  const __m128i wide =
      _mm_packs_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
  const __m128i moved = _mm_adds_epi16(wide, _mm_set1_epi16((int16_t)range.zero_point));
  const __m128i low = _mm_set1_epi8((int8_t)range.low);
  const __m128i high = _mm_set1_epi8((int8_t)range.high);
  const __m128i narrow = _mm_packs_epi16(moved, moved);
  _mm_storel_epi64((void *)out, _mm_min_epi8(_mm_max_epi8(narrow, low), high));
}

// --- elementwise: eight values -------------------------------------------------------------------

MCUGEN_INLINE mcugen_sums_t mcugen_every_sum(int32_t value) { return _mm256_set1_epi32(value); }

// x - zero_point.
MCUGEN_INLINE mcugen_sums_t mcugen_centre_block(const int8_t *x, int32_t zero_point) {
  const __m256i wide = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)x));
  return _mm256_sub_epi32(wide, _mm256_set1_epi32(zero_point));
}

MCUGEN_INLINE mcugen_sums_t mcugen_add_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  return _mm256_add_epi32(a, b);
}

MCUGEN_INLINE mcugen_sums_t mcugen_multiply_blocks(mcugen_sums_t a, mcugen_sums_t b) {
  return _mm256_mullo_epi32(a, b);
}

#endif
