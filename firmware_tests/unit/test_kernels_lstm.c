// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The short requantisations of the LSTM for DSP cores equal the long one, ties included, which
// whole layers hardly ever meet. Ends with the number of wrong answers.
#include "kernels/lstm_dsp.c"

static int wrong = 0;

// The sums around the first ties of every sign.
static void test_around_ties(int32_t multiplier, uint32_t shift) {
  const mcugen_requant_t by = {multiplier, -(int32_t)shift};
  const int32_t half = (int32_t)((UINT32_C(1) << shift) >> 1);
  const int32_t constants[6] = {multiplier, half, (int32_t)shift, multiplier, half, (int32_t)shift};
  for (int32_t k = -5; k <= 5; ++k) {
    for (int32_t off = -3; off <= 3; ++off) {
      const int32_t sum = k * (int32_t)(UINT32_C(1) << shift) + off;
      const int32_t expected = mcugen_requantize_double(sum, by);
      const int32_t *next = constants;
      wrong += gate_sum(2 * sum, 0, &next) != 3 * mcugen_clamp(expected, -32768, 32767);
      wrong += next != &constants[6];
      next = constants;
      wrong += gate_sum(0, 2 * sum, &next) != 3 * mcugen_clamp(expected, -32768, 32767);
      next = constants;
      wrong += shift > 0 && requantize_product(2 * sum, &next) != expected;
      wrong += shift > 0 && next != &constants[3];
    }
  }
}

int main(void) {
  const int32_t multipliers[] = {1 << 30, 1518500250, INT32_MAX};
  for (uint32_t m = 0; m < 3; ++m) {
    for (uint32_t shift = 0; shift <= 26; ++shift) {
      test_around_ties(multipliers[m], shift);
    }
  }
  return wrong;
}
