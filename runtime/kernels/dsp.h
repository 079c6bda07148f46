// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The DSP instructions of Armv7E-M and Armv8-M that kernels use, by their Arm names; elsewhere the
// same in C, so that every kernel_dsp.c also runs on a PC. All sums are modulo 2^32.
// Semantics: Armv8-M Architecture Reference Manual, C2.4.
#ifndef MCUGEN_KERNELS_DSP_H
#define MCUGEN_KERNELS_DSP_H

#include <stdbool.h>
#include <stdint.h>

#include "requantize.h"

// The inner loops are Thumb code and need r7 and r9. So not at -O0, where r7 is the frame pointer
// (and where they can be stepped through in C); a project that keeps frame pointers or a static
// base in r9 at other levels as well (-fno-omit-frame-pointer, -msingle-pic-base), defines this as
// 0.
#ifndef MCUGEN_DSP_ASSEMBLY
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)
#define MCUGEN_DSP_ASSEMBLY 1
#else
#define MCUGEN_DSP_ASSEMBLY 0
#endif
#endif

// A number as part of an assembly text.
#define MCUGEN_TEXT(number) MCUGEN_TEXT_OF(number)
#define MCUGEN_TEXT_OF(number) #number

#define MCUGEN_INLINE static inline __attribute__((always_inline))

// A word of packed values at any address; one LDR on Armv7-M and Armv8-M. The built-in, since
// vendors' projects are compiled with -fno-builtin, which would make each word a call.
MCUGEN_INLINE uint32_t mcugen_load_word(const void *from) {
  uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return word;
}

MCUGEN_INLINE void mcugen_store_word(void *to, uint32_t word) {
  __builtin_memcpy(to, &word, sizeof word);
}

#if MCUGEN_DSP_ASSEMBLY

// Sign-extends bytes 0 and 2 to two halfwords.
MCUGEN_INLINE uint32_t mcugen_sxtb16(uint32_t a) {
  uint32_t result;
  __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(a));
  return result;
}

// Sign-extends bytes 1 and 3 to two halfwords.
MCUGEN_INLINE uint32_t mcugen_sxtb16_ror8(uint32_t a) {
  uint32_t result;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(a));
  return result;
}

// Adds bytes 0 and 2 of b, sign-extended, to the halfwords of a, each modulo 2^16.
MCUGEN_INLINE uint32_t mcugen_sxtab16(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("sxtab16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// Adds bytes 1 and 3.
MCUGEN_INLINE uint32_t mcugen_sxtab16_ror8(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// The larger one of each pair of signed bytes. SSUB8 sets GE where a >= b; SEL takes a there.
MCUGEN_INLINE uint32_t mcugen_max_s8x4(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("ssub8 %0, %1, %2 \n sel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b) : "cc");
  return result;
}

// The smaller one of each pair of signed bytes.
MCUGEN_INLINE uint32_t mcugen_min_s8x4(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("ssub8 %0, %1, %2 \n sel %0, %2, %1" : "=&r"(result) : "r"(a), "r"(b) : "cc");
  return result;
}

// Sums of both halfwords.
MCUGEN_INLINE uint32_t mcugen_sadd16(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("sadd16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// Differences of both halfwords.
MCUGEN_INLINE uint32_t mcugen_ssub16(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("ssub16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// a.low * b.low over signed halfwords.
MCUGEN_INLINE int32_t mcugen_smulbb(uint32_t a, uint32_t b) {
  int32_t result;
  __asm__("smulbb %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// a.high * b.high over signed halfwords.
MCUGEN_INLINE int32_t mcugen_smultt(uint32_t a, uint32_t b) {
  int32_t result;
  __asm__("smultt %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// sum + a.low * b.low + a.high * b.high over signed halfwords.
MCUGEN_INLINE int32_t mcugen_smlad(uint32_t a, uint32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// sum + a.low * b.high; sum + a.high * b.low.
MCUGEN_INLINE int32_t mcugen_smlabt(uint32_t a, uint32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlabt %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

MCUGEN_INLINE int32_t mcugen_smlatb(uint32_t a, uint32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlatb %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// sum + the upper word of a * b, rounded.
MCUGEN_INLINE int32_t mcugen_smmlar(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// sum + the upper word of a * b, not rounded.
MCUGEN_INLINE int32_t mcugen_smmla(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// Saturates to -128..127.
MCUGEN_INLINE int32_t mcugen_ssat8(int32_t a) {
  int32_t result;
  __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(a) : "cc");
  return result;
}

// Saturates to -32768..32767.
MCUGEN_INLINE int32_t mcugen_ssat16(int32_t a) {
  int32_t result;
  __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(a) : "cc");
  return result;
}

// Saturates to -65536..65535.
MCUGEN_INLINE int32_t mcugen_ssat17(int32_t a) {
  int32_t result;
  __asm__("ssat %0, #17, %1" : "=r"(result) : "r"(a) : "cc");
  return result;
}

// Saturates to 0..2^31 - 1, that is, negative values to 0.
MCUGEN_INLINE int32_t mcugen_usat31(int32_t a) {
  int32_t result;
  __asm__("usat %0, #31, %1" : "=r"(result) : "r"(a) : "cc");
  return result;
}

// Halfwords low(a), low(b).
MCUGEN_INLINE uint32_t mcugen_pack_low(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// `value`, but not before `earlier` is known: keeps the compiler from computing everything at once
// and running out of registers. No instruction.
MCUGEN_INLINE uint32_t mcugen_after(uint32_t value, int32_t earlier) {
  __asm__("" : "+r"(value) : "r"(earlier));
  return value;
}

// The low bytes of a to d, a lowest.
MCUGEN_INLINE uint32_t mcugen_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  uint32_t result = (uint32_t)a;
  __asm__("bfi %0, %1, #8, #8 \n bfi %0, %2, #16, #8 \n bfi %0, %3, #24, #8"
          : "+&r"(result)
          : "r"(b), "r"(c), "r"(d));
  return result;
}

// Halfwords high(a), high(b).
MCUGEN_INLINE uint32_t mcugen_pack_high(uint32_t a, uint32_t b) {
  uint32_t result;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

#else

MCUGEN_INLINE uint32_t mcugen_after(uint32_t value, int32_t earlier) {
  (void)earlier;
  return value;
}

MCUGEN_INLINE uint32_t mcugen_pack_bytes(int32_t a, int32_t b, int32_t c, int32_t d) {
  return ((uint32_t)a & 0xFFu) | ((uint32_t)b & 0xFFu) << 8 | ((uint32_t)c & 0xFFu) << 16 |
         (uint32_t)d << 24;
}

MCUGEN_INLINE uint32_t mcugen_pack_low(uint32_t a, uint32_t b) {
  return (a & UINT32_C(0xFFFF)) | (b << 16);
}

MCUGEN_INLINE uint32_t mcugen_pack_high(uint32_t a, uint32_t b) {
  return (a >> 16) | (b & UINT32_C(0xFFFF0000));
}

MCUGEN_INLINE uint32_t mcugen_sxtb16(uint32_t a) {
  return mcugen_pack_low((uint32_t)(int8_t)(a & 0xFFu), (uint32_t)(int8_t)((a >> 16) & 0xFFu));
}

MCUGEN_INLINE uint32_t mcugen_sxtb16_ror8(uint32_t a) { return mcugen_sxtb16(a >> 8); }

MCUGEN_INLINE uint32_t mcugen_sxtab16(uint32_t a, uint32_t b) {
  const uint32_t wide = mcugen_sxtb16(b);
  return mcugen_pack_low(a + wide, (a >> 16) + (wide >> 16));
}

MCUGEN_INLINE uint32_t mcugen_sxtab16_ror8(uint32_t a, uint32_t b) {
  return mcugen_sxtab16(a, b >> 8);
}

// All bits set in the bytes where a >= b.
MCUGEN_INLINE uint32_t mcugen_not_less_s8x4(uint32_t a, uint32_t b) {
  uint32_t mask = 0;
  for (uint32_t shift = 0; shift < 32; shift += 8) {
    const bool not_less = (int8_t)((a >> shift) & 0xFFu) >= (int8_t)((b >> shift) & 0xFFu);
    mask |= not_less ? UINT32_C(0xFF) << shift : 0u;
  }
  return mask;
}

MCUGEN_INLINE uint32_t mcugen_max_s8x4(uint32_t a, uint32_t b) {
  const uint32_t mask = mcugen_not_less_s8x4(a, b);
  return (a & mask) | (b & ~mask);
}

MCUGEN_INLINE uint32_t mcugen_min_s8x4(uint32_t a, uint32_t b) {
  const uint32_t mask = mcugen_not_less_s8x4(a, b);
  return (b & mask) | (a & ~mask);
}

MCUGEN_INLINE uint32_t mcugen_sadd16(uint32_t a, uint32_t b) {
  return mcugen_pack_low(a + b, (a >> 16) + (b >> 16));
}

MCUGEN_INLINE uint32_t mcugen_ssub16(uint32_t a, uint32_t b) {
  return mcugen_pack_low(a - b, (a >> 16) - (b >> 16));
}

MCUGEN_INLINE int32_t mcugen_smulbb(uint32_t a, uint32_t b) {
  return (int16_t)(a & 0xFFFFu) * (int16_t)(b & 0xFFFFu);
}

MCUGEN_INLINE int32_t mcugen_smultt(uint32_t a, uint32_t b) {
  return (int16_t)(a >> 16) * (int16_t)(b >> 16);
}

MCUGEN_INLINE int32_t mcugen_smlad(uint32_t a, uint32_t b, int32_t sum) {
  const int32_t low = (int16_t)(a & 0xFFFFu) * (int16_t)(b & 0xFFFFu);
  const int32_t high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
  return mcugen_add(mcugen_add(sum, low), high);
}

MCUGEN_INLINE int32_t mcugen_smlabt(uint32_t a, uint32_t b, int32_t sum) {
  return mcugen_add(sum, (int16_t)(a & 0xFFFFu) * (int16_t)(b >> 16));
}

MCUGEN_INLINE int32_t mcugen_smlatb(uint32_t a, uint32_t b, int32_t sum) {
  return mcugen_smlabt(b, a, sum);
}

MCUGEN_INLINE int32_t mcugen_smmlar(int32_t a, int32_t b, int32_t sum) {
  return mcugen_add(sum, (int32_t)(((int64_t)a * b + (INT64_C(1) << 31)) >> 32));
}

MCUGEN_INLINE int32_t mcugen_smmla(int32_t a, int32_t b, int32_t sum) {
  return mcugen_add(sum, (int32_t)(((int64_t)a * b) >> 32));
}

MCUGEN_INLINE int32_t mcugen_ssat8(int32_t a) { return mcugen_clamp(a, -128, 127); }

MCUGEN_INLINE int32_t mcugen_ssat16(int32_t a) { return mcugen_clamp(a, -32768, 32767); }

MCUGEN_INLINE int32_t mcugen_ssat17(int32_t a) { return mcugen_clamp(a, -65536, 65535); }

MCUGEN_INLINE int32_t mcugen_usat31(int32_t a) { return a < 0 ? 0 : a; }

#endif

// Requantisation to int8 in 4 (double) or 3 (single) instructions, for shifts and sums where it
// equals mcugen_requantize plus the zero point; mcugen/engines/aot/scales.py: dsp_requant checks
// that and makes the constants, with s in [1, 22] the right shift that is left after the high
// multiply:
//   addend = 2^(s - 1) + zero_point * 2^s
//   double: multiplier = 2 * m - 2^32, so that SMMLAR of sum * multiplier + sum * 2^32 is the
//           rounding doubling high multiply of sum * m; y >> 31 sends negative ties away from zero
//   single: multiplier = m; the rounding bit of the only shift is in the addend
MCUGEN_INLINE int32_t mcugen_requantize_s8(int32_t sum, int32_t multiplier, int32_t addend,
                                           uint32_t shift, mcugen_rounding_t rounding) {
  if (rounding == MCUGEN_ROUND_DOUBLE) {
    const int32_t y = mcugen_smmlar(sum, multiplier, sum);
    return mcugen_ssat8((y + (y >> 31) + addend) >> shift);
  }
  return mcugen_ssat8(mcugen_smmla(sum, multiplier, addend) >> shift);
}

// The same with constants per channel: the multiplier is m in both roundings, and the sum comes
// doubled for double rounding: SMMLAR of 2 * sum and m is gemmlowp's high multiply, so the addend
// costs nothing. (2 * sum) >> 31 has the sign of y, except for y = 0, where it changes nothing.
MCUGEN_INLINE int32_t mcugen_requantize_channel(int32_t sum, const mcugen_requant_s8_t *by,
                                                mcugen_rounding_t rounding) {
  const int32_t high = rounding == MCUGEN_ROUND_DOUBLE
                           ? mcugen_smmlar(sum, by->multiplier, by->addend + (sum >> 31))
                           : mcugen_smmla(sum, by->multiplier, by->addend);
  return mcugen_ssat8(high >> by->shift);
}

// The same for double rounding where the zero point is -128. A sum below 0 ends at or below the
// real 0, which is the smallest int8, wherever its ties go: so nothing sends them away from zero.
MCUGEN_INLINE int32_t mcugen_requantize_channel_relu(int32_t sum, const mcugen_requant_s8_t *by) {
  return mcugen_ssat8(mcugen_smmlar(sum, by->multiplier, by->addend) >> by->shift);
}

// The same in either rounding, of sums below 2^23, where nothing sends ties away from zero: at 256
// times the sum no rounding is left for SMMLA to do. Most channels of a layer can have the same
// shift, which SSAT then does by itself: mcugen/engines/ops/shared/one_shift.py finds the
// constants.
#define MCUGEN_ONE_SHIFT 12

MCUGEN_INLINE int32_t mcugen_requantize_straight(int32_t sum, const mcugen_requant_s8_t *by) {
  const int32_t wide = mcugen_shift_left(sum, 8);
  return mcugen_ssat8(mcugen_smmla(wide, by->multiplier, by->addend) >> by->shift);
}

#endif
