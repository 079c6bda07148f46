// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Text to the port: strings and numbers, without printf.
#ifndef MCUGEN_TEXT_H
#define MCUGEN_TEXT_H

#include <stddef.h>
#include <stdint.h>

// Collects text so that a line goes to the port in one piece. Zero-initialise; flush at the end.
typedef struct {
  char bytes[128];
  size_t count;
} mcugen_text_t;

void mcugen_text_put(mcugen_text_t *text, const char string[]);
void mcugen_text_put_bytes(mcugen_text_t *text, const char bytes[], size_t count);
void mcugen_text_put_number(mcugen_text_t *text, uint64_t number);
void mcugen_text_put_hex(mcugen_text_t *text, uint8_t byte);  // two lower-case digits

// As printf's "%0.3f": the exact value, rounded half to even. "inf" from 2^43 on.
void mcugen_text_put_float(mcugen_text_t *text, float value);

// The same, cut off after the third decimal instead of rounded.
void mcugen_text_put_float_cut(mcugen_text_t *text, float value);

void mcugen_text_flush(mcugen_text_t *text);

#endif
