// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the instructions of dsp.h give, as the Arm manual defines them: the same table holds for the
// C twins on the PC and for the instructions in QEMU. Ends with the number of wrong answers.
#include <limits.h>
#include <stdint.h>

#include "kernels/dsp.h"
#include "kernels/requantize.h"

static int wrong = 0;

static void same(uint32_t actual, uint32_t expected) { wrong += actual != expected; }

static void test_extension(void) {
  same(mcugen_sxtb16(0x80017F02u), 0x00010002u);
  same(mcugen_sxtb16(0x00FF0080u), 0xFFFFFF80u);
  same(mcugen_sxtb16_ror8(0x80017F02u), 0xFF80007Fu);
  same(mcugen_sxtab16(0x0010FFFFu, 0x80FF7F02u), 0x000F0001u);  // halfwords do not carry
  same(mcugen_sxtab16_ror8(0x0010FFFFu, 0x80FF7F02u), 0xFF90007Eu);
}

static void test_packing(void) {
  same(mcugen_pack_low(0x11112222u, 0x33334444u), 0x44442222u);
  same(mcugen_pack_high(0x11112222u, 0x33334444u), 0x33331111u);
  same(mcugen_pack_high(0x8000FFFFu, 0x80000000u), 0x80008000u);
  same(mcugen_pack_bytes(-1, 2, -128, 127), 0x7F8002FFu);
}

static void test_comparison(void) {
  same(mcugen_max_s8x4(0x7F80FF00u, 0x807F0100u), 0x7F7F0100u);
  same(mcugen_min_s8x4(0x7F80FF00u, 0x807F0100u), 0x8080FF00u);
}

static void test_multiplication(void) {
  same((uint32_t)mcugen_smulbb(0x00058000u, 0x00068000u), 0x40000000u);
  same((uint32_t)mcugen_smultt(0xFFFB8000u, 0x00068000u), (uint32_t)-30);
  same((uint32_t)mcugen_smlad(0x00020003u, 0xFFFF0004u, 100), 110u);
  same((uint32_t)mcugen_smlad(0x80008000u, 0x80008000u, INT32_MAX), 0xFFFFFFFFu);  // wraps
  same((uint32_t)mcugen_smmla(INT32_MIN, INT32_MIN, 1), 0x40000001u);
  same((uint32_t)mcugen_smmla(-1, 1, 0), 0xFFFFFFFFu);     // rounds down
  same((uint32_t)mcugen_smmlar(-1, 1, 0), 0u);             // rounds to nearest
  same((uint32_t)mcugen_smmlar(1 << 16, 1 << 15, 7), 8u);  // and ties upward
  same((uint32_t)mcugen_smmlar(-(1 << 16), 1 << 15, 7), 7u);
}

static void test_saturation(void) {
  same((uint32_t)mcugen_ssat8(127), 127u);
  same((uint32_t)mcugen_ssat8(128), 127u);
  same((uint32_t)mcugen_ssat8(-128), (uint32_t)-128);
  same((uint32_t)mcugen_ssat8(INT32_MIN), (uint32_t)-128);
}

// The short requantisation equals the long one wherever dsp_requant admits it.
static void test_short_requantisation(void) {
  const int32_t multipliers[] = {1 << 30, 1518500250, INT32_MAX};
  const uint32_t shifts[] = {1, 2, 7, 22};
  for (uint32_t m = 0; m < 3; ++m) {
    for (uint32_t s = 0; s < 4; ++s) {
      const uint32_t shift = shifts[s];
      const int32_t addend = (1 << (shift - 1)) + mcugen_shift_left(-5, shift);
      const int32_t doubled = (int32_t)(2u * (uint32_t)multipliers[m]);
      for (int32_t sum = -2000; sum <= 2000; ++sum) {
        const mcugen_requant_t twice = {multipliers[m], -(int32_t)shift};
        const mcugen_requant_t once = {multipliers[m], -(int32_t)shift - 1};
        const int32_t a = mcugen_clamp(mcugen_requantize_double(sum, twice) - 5, -128, 127);
        const int32_t b = mcugen_clamp(mcugen_requantize_single(sum, once) - 5, -128, 127);
        wrong += mcugen_requantize_s8(sum, doubled, addend, shift, MCUGEN_ROUND_DOUBLE) != a;
        wrong += mcugen_requantize_s8(sum, multipliers[m], addend, shift, MCUGEN_ROUND_SINGLE) != b;
      }
    }
  }
}

int main(void) {
  test_extension();
  test_packing();
  test_comparison();
  test_multiplication();
  test_saturation();
  test_short_requantisation();
  return wrong < 255 ? wrong : 255;
}
