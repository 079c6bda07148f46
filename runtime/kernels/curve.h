// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Sigmoid and tanh of int16 values, both from one curve of straight lines: 512 of them, each with
// its slope and its value at the left end. The curve is sigmoid(k / 24) * 2^16 - 2^15 at its nodes
// k = -256..255, which is also tanh(k / 48) * 2^15 (tanh(x) = 2 * sigmoid(2 * x) - 1). The results
// equal the int16 Logistic and Tanh of TFLite's reference_integer_ops, which compute the left half
// by symmetry; where they round what was negated, one less is added here.
#ifndef MCUGEN_KERNELS_CURVE_H
#define MCUGEN_KERNELS_CURVE_H

#include "dsp.h"

// `middle` is the line that begins at k = 0, curve + 512.

// value * 2^bits at the left end + slope * position, a position being the lower `bits` of x.
MCUGEN_INLINE int32_t mcugen_on_curve(const int16_t *middle, int32_t x, uint32_t bits,
                                      int32_t addend) {
  const uint32_t line = mcugen_load_word(&middle[2 * (x >> bits)]);
  const uint32_t position = (uint32_t)x & ((UINT32_C(1) << bits) - 1u);
  return mcugen_smlad(line, position | UINT32_C(1) << (16 + bits), addend + (x >> 31));
}

// sigmoid(x / (3 * 2^12)) * 2^15 for |x| <= 3 * 2^15: 192 of the 256 lines to each side.
MCUGEN_INLINE int32_t mcugen_sigmoid_s16(const int16_t *middle, int32_t x) {
  return mcugen_on_curve(middle, x, 9, (1 << 24) + (1 << 9)) >> 10;
}

// tanh(x / (3 * 2^12)) * 2^15 for any x; the outermost lines are flat.
MCUGEN_INLINE int32_t mcugen_tanh_s16(const int16_t *middle, int32_t x) {
  return mcugen_on_curve(middle, mcugen_ssat17(x), 8, 1 << 7) >> 8;
}

#endif
