// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Floats as text, against this machine's printf.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_port.h"
#include "text.h"

typedef void put_t(mcugen_text_t *text, float value);

static void check_text(put_t *put, float value, const char expected[]) {
  mcugen_text_t text = {.count = 0};
  fake_port_clear();
  put(&text, value);
  mcugen_text_flush(&text);
  if (fake_port_written_bytes != strlen(expected) ||
      memcmp(fake_port_written, expected, fake_port_written_bytes) != 0) {
    (void)fprintf(stderr, "%a: %.*s, not %s\n", (double)value, (int)fake_port_written_bytes,
                  (const char *)fake_port_written, expected);
    exit(1);
  }
}

static void check_float(float value, const char expected[]) {
  check_text(mcugen_text_put_float, value, expected);
}

static void check_cut(float value, const char expected[]) {
  check_text(mcugen_text_put_float_cut, value, expected);
}

int main(void) {
  uint32_t state = 1;
  for (int i = 0; i < 50000; ++i) {
    state = state * 1664525u + 1013904223u;
    const uint32_t exponent = 127u - 20u + (state >> 24) % 62u;  // 2^-20 to 2^42
    const uint32_t bits = (state & 0x807FFFFFu) | exponent << 23;
    float value;
    memcpy(&value, &bits, sizeof value);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "%0.3f", (double)value);
    check_float(value, expected);
  }
  check_float(0.0f, "0.000");
  check_float(-0.0f, "-0.000");
  check_float(1e-45f, "0.000");
  check_float(0.0625f, "0.062");  // exact halves go to even
  check_float(0.1875f, "0.188");
  check_float(999.9996f, "1000.000");
  check_float(1e30f, "inf");
  check_float(-INFINITY, "-inf");
  check_float(NAN, "nan");
  // All that a softmax gives, as the reference firmware prints it with integers.
  for (int i = 0; i < 256; ++i) {
    const float value = (float)i / 256.0f;
    char expected[64];
    (void)snprintf(expected, sizeof expected, "0.%d%d%d", (int)(value * 10.0f),
                   (int)(value * 100.0f) % 10, (int)(value * 1000.0f) % 10);
    check_cut(value, expected);
  }
  check_cut(1e-45f, "0.000");
  check_cut(-1.9999f, "-1.999");
  check_cut(1048576.5f, "1048576.500");
  return check_report();
}
