// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Runs test vectors and prints what the applications of Efinix's TinyML platform print: a block
// [OUTPUT_n]...; of int8 outputs, the clock cycles, the time.
#include <stdint.h>
#include <string.h>

#include "engine.h"
#include "port.h"
#include "test_vectors.h"
#include "text.h"

#define LINE_END "\n\r"  // as the platform ends its lines
#define VALUES_PER_LINE 16u

static mcugen_text_t text;

// As the platform's MicroPrintf writes %x: 0x, and no zeros before the first digit.
static void put_hex(uint32_t word) {
  static const char DIGITS[] = "0123456789abcdef";
  uint32_t shift = 28;
  while (shift > 0 && word >> shift == 0) {
    shift -= 4u;
  }
  mcugen_text_put(&text, "0x");
  for (uint32_t left = shift + 4u; left > 0; left -= 4u) {
    mcugen_text_put_bytes(&text, &DIGITS[word >> (left - 4u) & 0xFu], 1);
  }
}

static void put_value(int8_t value) {
  if (value < 0) {
    mcugen_text_put(&text, "-");
  }
  mcugen_text_put_number(&text, (uint64_t)(value < 0 ? -value : value));
}

static void print_outputs(uint32_t vector) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  mcugen_text_put(&text, LINE_END "[OUTPUT_");
  mcugen_text_put_number(&text, vector);
  mcugen_text_put(&text, "]vector ");
  mcugen_text_put_number(&text, vector);
  mcugen_text_put(&text, ":" LINE_END);
  for (uint32_t i = 0; i < info->outputs; ++i) {
    const int8_t *values = mcugen_engine_output(i);
    for (uint32_t j = 0; j < info->output[i].bytes; ++j) {
      put_value(values[j]);
      mcugen_text_put(&text, j % VALUES_PER_LINE == VALUES_PER_LINE - 1u ? "," LINE_END : ", ");
    }
    mcugen_text_put(&text, LINE_END);
  }
  mcugen_text_put(&text, ";" LINE_END);
}

static void print_time(uint64_t ticks) {
  const uint64_t per_second = mcugen_port_ticks_per_second();
  mcugen_text_put(&text, "Inference clock cycle (hex): ");
  put_hex((uint32_t)(ticks >> 32));
  mcugen_text_put(&text, ", ");
  put_hex((uint32_t)ticks);
  mcugen_text_put(&text, LINE_END "SYSTEM_CLINT_HZ (hex): ");
  put_hex((uint32_t)per_second);
  mcugen_text_put(&text, LINE_END "Inference time: ");
  mcugen_text_put_number(&text, ticks / (per_second / 1000u));
  mcugen_text_put(&text, "ms" LINE_END);
}

int main(void) {
  mcugen_port_init();
  if (mcugen_engine_init() != MCUGEN_STATUS_OK) {
    mcugen_port_fatal("the engine does not start");
  }
  for (uint32_t vector = 0; vector < MCUGEN_TEST_VECTORS; ++vector) {
    mcugen_engine_reset();
    memcpy(mcugen_engine_input(0), mcugen_test_vectors[vector], MCUGEN_TEST_VECTOR_BYTES);
    const uint64_t before = mcugen_port_ticks();
    if (mcugen_engine_invoke() != MCUGEN_STATUS_OK) {
      mcugen_port_fatal("the engine failed");
    }
    const uint64_t after = mcugen_port_ticks();
    print_outputs(vector);
    print_time(after - before);
  }
  mcugen_text_put(&text, "Hello world complete" LINE_END);
  mcugen_text_flush(&text);
  return 0;
}
