// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Power spectrum of real float32 signals, in place, with tables from flash.
#ifndef MCUGEN_FFT_H
#define MCUGEN_FFT_H

#include <stdint.h>

// Tables for a real transform of `points` samples (a power of two, 64 to 4096); M = points / 2.
// mcugen/features/c_tables.py makes them.
typedef struct {
  uint32_t points;
  const uint16_t *bit_reversed;  // [M]: index of M, with its log2(M) bits reversed
  const float *stage_twiddles;   // radix-4 stages in order: W^k, W^2k, W^3k as (cos, -sin) pairs
  const float *split_twiddles;   // [points / 2]: exp(-2 pi i k / points) for k < points / 4, pairs
} mcugen_fft_t;

// |X[k]|^2 for k = 0..points/2 of the real signal x, X[k] = sum x[n] exp(-2 pi i n k / points).
// On entry work[2 r] = x[2 j] and work[2 r + 1] = x[2 j + 1] with r = bit_reversed[j] for j < M:
// the caller permutes while it windows. On return work[0..points/2] holds the power spectrum; the
// rest is free.
void mcugen_fft_power(const mcugen_fft_t *fft, float work[]);

#endif
