// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A real transform of N points is a complex one of M = N / 2 points over (even, odd) pairs, then a
// split (Cooley, Lewis and Welch, 1970). The complex one decimates in time: a first stage of radix
// 8 (or 4, when log2(M) is even) that needs no twiddles, then stages of radix 4.
#include "fft.h"

#include <string.h>

#include "float_math.h"

typedef struct {
  float re;
  float im;
} complex_t;

static inline complex_t add(complex_t a, complex_t b) {
  return (complex_t){a.re + b.re, a.im + b.im};
}

static inline complex_t subtract(complex_t a, complex_t b) {
  return (complex_t){a.re - b.re, a.im - b.im};
}

// -i z
static inline complex_t turn(complex_t z) { return (complex_t){z.im, -z.re}; }

static inline complex_t multiply(complex_t a, complex_t w) {
  return (complex_t){mcugen_multiply_add(a.re, w.re, -(a.im * w.im)),
                     mcugen_multiply_add(a.re, w.im, a.im * w.re)};
}

// Transform of the four points a, b, c, d, which are given in natural order.
static inline void transform_4(complex_t a, complex_t b, complex_t c, complex_t d, complex_t z[4]) {
  const complex_t ac = add(a, c);
  const complex_t ac_difference = subtract(a, c);
  const complex_t bd = add(b, d);
  const complex_t bd_difference = turn(subtract(b, d));
  z[0] = add(ac, bd);
  z[1] = add(ac_difference, bd_difference);
  z[2] = subtract(ac, bd);
  z[3] = subtract(ac_difference, bd_difference);
}

// Blocks of 4 in bit-reversed order: 0, 2, 1, 3.
static void first_stage_4(complex_t z[], uint32_t count) {
  for (complex_t *end = z + count; z < end; z += 4) {
    transform_4(z[0], z[2], z[1], z[3], z);
  }
}

// Blocks of 8 in bit-reversed order: 0, 4, 2, 6, 1, 5, 3, 7.
static void first_stage_8(complex_t z[], uint32_t count) {
  const float half_root = 0.70710678118654752f;
  for (complex_t *end = z + count; z < end; z += 8) {
    complex_t even[4];
    complex_t odd[4];
    transform_4(z[0], z[2], z[1], z[3], even);
    transform_4(z[4], z[6], z[5], z[7], odd);
    const complex_t odd_1 = {half_root * (odd[1].re + odd[1].im),
                             half_root * (odd[1].im - odd[1].re)};
    const complex_t odd_2 = turn(odd[2]);
    const complex_t odd_3 = {half_root * (odd[3].im - odd[3].re),
                             -half_root * (odd[3].im + odd[3].re)};
    z[0] = add(even[0], odd[0]);
    z[1] = add(even[1], odd_1);
    z[2] = add(even[2], odd_2);
    z[3] = add(even[3], odd_3);
    z[4] = subtract(even[0], odd[0]);
    z[5] = subtract(even[1], odd_1);
    z[6] = subtract(even[2], odd_2);
    z[7] = subtract(even[3], odd_3);
  }
}

// Joins four transforms of `quarter` points into one of 4 * quarter, all over z. They lie in the
// order 0, 2, 1, 3 of their samples' residues. Returns the twiddles of the next stage.
static const complex_t *stage_4(complex_t z[], const complex_t *twiddles, uint32_t count,
                                uint32_t quarter) {
  for (uint32_t k = 0; k < quarter; ++k) {
    const complex_t w1 = twiddles[0];
    const complex_t w2 = twiddles[1];
    const complex_t w3 = twiddles[2];
    twiddles += 3;
    for (complex_t *a = z + k; a < z + count; a += 4 * quarter) {
      complex_t *const c = a + quarter;
      complex_t *const b = c + quarter;
      complex_t *const d = b + quarter;
      complex_t y[4];
      transform_4(*a, multiply(*b, w1), multiply(*c, w2), multiply(*d, w3), y);
      *a = y[0];
      *c = y[1];
      *b = y[2];
      *d = y[3];
    }
  }
  return twiddles;
}

static void transform(const mcugen_fft_t *fft, complex_t z[]) {
  const uint32_t count = fft->points / 2;
  uint32_t done = 4;
  while (done < count) {
    done *= 4;
  }
  if (done == count) {
    first_stage_4(z, count);
    done = 4;
  } else {
    first_stage_8(z, count);
    done = 8;
  }
  const complex_t *twiddles = (const complex_t *)fft->stage_twiddles;
  for (; done < count; done *= 4) {
    twiddles = stage_4(z, twiddles, count, done);
  }
}

// X[k] = (Z[k] + conj Z[M-k]) / 2 + W^k (Z[k] - conj Z[M-k]) / 2i, and |X[M-k]| from the same two.
// The power of bin k goes to work[k], that of bin M - k to work[N - k]: places whose complex values
// have been used by then. The upper part is moved down at the end.
void mcugen_fft_power(const mcugen_fft_t *fft, float work[]) {
  const uint32_t half = fft->points / 2;
  const uint32_t quarter = fft->points / 4;
  complex_t *const z = (complex_t *)work;
  transform(fft, z);

  const float first = z[0].re + z[0].im;
  const float last = z[0].re - z[0].im;
  const float middle = z[quarter].re * z[quarter].re + z[quarter].im * z[quarter].im;
  const complex_t *const twiddles = (const complex_t *)fft->split_twiddles;
  for (uint32_t k = 1; k < quarter; ++k) {
    const complex_t a = z[k];
    const complex_t b = z[half - k];
    const complex_t even = {a.re + b.re, a.im - b.im};  // 2 * spectrum of the even samples
    const complex_t odd = {a.im + b.im, b.re - a.re};   // 2 * spectrum of the odd samples
    const complex_t turned = multiply(odd, twiddles[k]);
    const complex_t low = add(even, turned);
    const complex_t high = subtract(even, turned);
    work[k] = 0.25f * mcugen_multiply_add(low.re, low.re, low.im * low.im);
    work[fft->points - k] = 0.25f * mcugen_multiply_add(high.re, high.re, high.im * high.im);
  }
  work[0] = first * first;
  work[quarter] = middle;
  memmove(&work[quarter + 1], &work[fft->points - quarter + 1], (quarter - 1) * sizeof work[0]);
  work[half] = last * last;
}
