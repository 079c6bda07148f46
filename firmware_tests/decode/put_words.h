// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Results of a test program as words in hexadecimal: a float by its bits, a vector per line.
#ifndef PUT_WORDS_H
#define PUT_WORDS_H

#include <stdint.h>
#include <string.h>

#include "text.h"

static mcugen_text_t text;

static inline void put_word(uint32_t word) {
  for (uint32_t shift = 32; shift > 0; shift -= 8u) {
    mcugen_text_put_hex(&text, (uint8_t)(word >> (shift - 8u)));
  }
  mcugen_text_put(&text, " ");
}

static inline void put_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_word(bits);
}

static inline void end_line(void) {
  mcugen_text_put(&text, "\n");
  mcugen_text_flush(&text);
}

#endif
