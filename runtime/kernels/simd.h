// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Vectors of 128 bits, as every x86-64 (SSE2) and every 64-bit Arm core (NEON) has them; elsewhere
// the same in C. Eight sums side by side, of eight neighbouring channels. All sums are modulo 2^32.
//
// On x86-64 every kernel exists twice: kernel_avx2.c is kernel_simd.c with MCUGEN_AVX2 defined, and
// what kernel_simd.c exports calls it where the processor has AVX2. So one program runs on all.
#ifndef MCUGEN_KERNELS_SIMD_H
#define MCUGEN_KERNELS_SIMD_H

#include <stddef.h>
#include <stdint.h>

#include "requantize.h"

// A project without the compiler's run-time library, which asks the processor, defines this as 0.
#ifndef MCUGEN_MAY_HAVE_AVX2
#if defined(__x86_64__) && defined(__GNUC__)
#define MCUGEN_MAY_HAVE_AVX2 1
#else
#define MCUGEN_MAY_HAVE_AVX2 0
#endif
#endif

#if defined(MCUGEN_AVX2) && MCUGEN_MAY_HAVE_AVX2
#define MCUGEN_TARGET __attribute__((target("avx2")))
#define MCUGEN_INLINE static inline __attribute__((always_inline, target("avx2")))
#else
#define MCUGEN_TARGET
#define MCUGEN_INLINE static inline __attribute__((always_inline))
#endif
// Loops over sums that are to stay in registers.
#define MCUGEN_UNROLL _Pragma("GCC unroll 16")

#define MCUGEN_LANES 8u

typedef struct {
  int32_t zero_point, low, high;  // of the output
} mcugen_output_t;

// Where the sums start, then the factors, of a block of channels: [3][MCUGEN_LANES].
typedef const int32_t mcugen_channels_t[MCUGEN_LANES];

#if defined(MCUGEN_AVX2) && MCUGEN_MAY_HAVE_AVX2
#include "simd_avx2.h"
#elif defined(__ARM_NEON)
#include "simd_neon.h"
#elif defined(__SSE2__)
#include "simd_sse2.h"
#else
#include "simd_c.h"
#endif

#ifndef MCUGEN_ADDS_RUNS
// `count` taps, a multiple of 8, of each position; takes their weights.
MCUGEN_INLINE void mcugen_add_run(mcugen_halves_t *sums, uint32_t positions, const int8_t **weights,
                                  const int8_t *in, uint32_t stride, uint32_t count) {
  for (const int8_t *end = in + count; in != end; in += 8) {
    mcugen_add_eight(sums, positions, *weights, in, stride);
    *weights += 8u * MCUGEN_LANES;
  }
}
#endif

// Mostly short: a call of memcpy would take longer than what it does. The last piece may overlap.
MCUGEN_INLINE void mcugen_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
  if (count >= 16) {
    for (int32_t i = 0; i < count - 16; i += 16) {
      __builtin_memcpy(to + i, from + i, 16);
    }
    __builtin_memcpy(to + count - 16, from + count - 16, 16);
  } else if (count >= 8) {
    __builtin_memcpy(to, from, 8);
    __builtin_memcpy(to + count - 8, from + count - 8, 8);
  } else {
    for (int32_t i = 0; i < count; ++i) {
      to[i] = from[i];
    }
  }
}

MCUGEN_INLINE void mcugen_fill(int8_t *to, int32_t value, int32_t count) {
  if (count != 0) {
    __builtin_memset(to, value, (size_t)count);
  }
}

typedef struct {
  mcugen_sums_t multipliers, shifts;
} mcugen_factors_t;

MCUGEN_INLINE mcugen_factors_t mcugen_load_factors(mcugen_channels_t *channels) {
  return (mcugen_factors_t){mcugen_start_sums(channels[1]), mcugen_start_sums(channels[2])};
}

// The first `count` values of a block, at most MCUGEN_LANES.
MCUGEN_INLINE void mcugen_copy_lanes(int8_t *to, const int8_t *from, uint32_t count) {
  if (count >= MCUGEN_LANES) {
    __builtin_memcpy(to, from, MCUGEN_LANES);
  } else {
    for (uint32_t i = 0; i < count; ++i) {
      to[i] = from[i];
    }
  }
}

// Requantises the sums of a block, of which the first `count` channels exist.
MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t by, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  sums = mcugen_requantize_block(sums, by.multipliers, by.shifts, rounding);
  if (count >= MCUGEN_LANES) {
    mcugen_store_block(out, sums, range);
  } else {
    int8_t values[MCUGEN_LANES];
    mcugen_store_block(values, sums, range);
    mcugen_copy_lanes(out, values, count);
  }
}

#endif
