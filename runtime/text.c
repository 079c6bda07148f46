// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <stdbool.h>
#include <string.h>

#include "port.h"

#define NUMBER_DIGITS 20u  // of 2^64 - 1
#define THOUSAND 1000u

// IEEE 754 binary32.
#define FRACTION_BITS 23u
#define FRACTION_MASK 0x7FFFFFu
#define EXPONENT_MASK 0xFFu
#define EXPONENT_BIAS 150  // of the fraction as an integer: 127 + 23
#define LARGEST_SHIFT 20   // 2^24 * 1000 * 2^20 < 2^54

void mcugen_text_flush(mcugen_text_t *text) {
  mcugen_port_write((const uint8_t *)text->bytes, text->count);
  text->count = 0;
}

void mcugen_text_put_bytes(mcugen_text_t *text, const char bytes[], size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (text->count == sizeof(text->bytes)) {
      mcugen_text_flush(text);
    }
    text->bytes[text->count++] = bytes[i];
  }
}

void mcugen_text_put(mcugen_text_t *text, const char string[]) {
  mcugen_text_put_bytes(text, string, strlen(string));
}

void mcugen_text_put_number(mcugen_text_t *text, uint64_t number) {
  char digits[NUMBER_DIGITS];
  size_t at = NUMBER_DIGITS;
  do {
    digits[--at] = (char)('0' + number % 10u);
    number /= 10u;
  } while (number > 0);
  mcugen_text_put_bytes(text, digits + at, NUMBER_DIGITS - at);
}

void mcugen_text_put_hex(mcugen_text_t *text, uint8_t byte) {
  static const char DIGITS[] = "0123456789abcdef";
  const char digits[2] = {DIGITS[byte >> 4], DIGITS[byte & 0xFu]};
  mcugen_text_put_bytes(text, digits, sizeof(digits));
}

// number / 2^shift, rounded half to even; number < 2^54.
static uint64_t shift_right_rounded(uint64_t number, uint32_t shift) {
  if (shift > 55u) {
    return 0;  // below a half
  }
  const uint64_t whole = number >> shift;
  const uint64_t rest = number & (((uint64_t)1 << shift) - 1u);
  const uint64_t half = (uint64_t)1 << (shift - 1u);
  const bool up = rest > half || (rest == half && (whole & 1u) != 0);
  return whole + (up ? 1u : 0u);
}

// number / 2^shift, without what is lost.
static uint64_t shift_right_cut(uint64_t number, uint32_t shift) {
  return shift > 63u ? 0 : number >> shift;
}

typedef uint64_t shift_right_t(uint64_t number, uint32_t shift);

static void put_thousandths(mcugen_text_t *text, float value, shift_right_t *shift_right) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint32_t exponent = bits >> FRACTION_BITS & EXPONENT_MASK;
  const uint32_t fraction = bits & FRACTION_MASK;
  if (exponent == EXPONENT_MASK && fraction != 0) {
    mcugen_text_put(text, "nan");
    return;
  }
  mcugen_text_put(text, bits >> 31 != 0 ? "-" : "");
  // value = integer * 2^shift, exactly.
  const uint64_t integer = exponent == 0 ? fraction : fraction | (FRACTION_MASK + 1u);
  const int32_t shift = (int32_t)(exponent == 0 ? 1u : exponent) - EXPONENT_BIAS;
  if (shift >= LARGEST_SHIFT) {
    mcugen_text_put(text, "inf");
    return;
  }
  const uint64_t product = integer * THOUSAND;
  const uint64_t thousandths =
      shift >= 0 ? product << shift : shift_right(product, (uint32_t)-shift);
  mcugen_text_put_number(text, thousandths / THOUSAND);
  const uint32_t decimals = (uint32_t)(thousandths % THOUSAND);
  const char digits[4] = {'.', (char)('0' + decimals / 100u), (char)('0' + decimals / 10u % 10u),
                          (char)('0' + decimals % 10u)};
  mcugen_text_put_bytes(text, digits, sizeof(digits));
}

void mcugen_text_put_float(mcugen_text_t *text, float value) {
  put_thousandths(text, value, shift_right_rounded);
}

void mcugen_text_put_float_cut(mcugen_text_t *text, float value) {
  put_thousandths(text, value, shift_right_cut);
}
