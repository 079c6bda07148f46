// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Float32 arithmetic that the kernels share: small enough to inline, no C library.
#ifndef MCUGEN_FLOAT_MATH_H
#define MCUGEN_FLOAT_MATH_H

#include <stdint.h>
#include <string.h>

// a * b + c, fused (rounded once) where that is one instruction, as on every Cortex-M with an FPU;
// otherwise a product and a sum, since a fused one in software costs a hundred instructions.
static inline float mcugen_multiply_add(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}

// Natural logarithm of a finite, positive, normal x: no table, no branch, about 25 instructions.
// The error is at most 1.3e-7 * |log(x)| + 1e-7 (measured over every mantissa: test_features.c).
//
// x = 2^e m with m in [sqrt(1/2), sqrt(2)); log(m) = f - f^2 / 2 + f^3 P(f) with f = m - 1, P of
// degree 7 fitted to the least largest relative error of log(m), 6e-9 before rounding.
static inline float mcugen_log(float x) {
  const int32_t half_root_bits = 0x3F3504F3;  // sqrt(1/2)
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int32_t exponent = (bits - half_root_bits) >> 23;
  bits -= (int32_t)((uint32_t)exponent << 23);
  float f;
  memcpy(&f, &bits, sizeof f);
  f -= 1.0f;
  float p = -0.0763449669f;
  p = mcugen_multiply_add(p, f, 0.127615765f);
  p = mcugen_multiply_add(p, f, -0.131601825f);
  p = mcugen_multiply_add(p, f, 0.142017573f);
  p = mcugen_multiply_add(p, f, -0.166233569f);
  p = mcugen_multiply_add(p, f, 0.200012267f);
  p = mcugen_multiply_add(p, f, -0.250008196f);
  p = mcugen_multiply_add(p, f, 0.333333313f);
  p = mcugen_multiply_add(p, f, -0.5f);
  const float log_m = mcugen_multiply_add(f * f, p, f);
  return mcugen_multiply_add((float)exponent, 0.693147182f, log_m);
}

#endif
