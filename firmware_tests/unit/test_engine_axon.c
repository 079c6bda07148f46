// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// engine_axon.c before the stand-in of the NPU: channels stay last outside, outputs are found.
#include <string.h>

#include "check.h"
#include "engine.h"
#include "expected.h"  // CHANNELS of the compiled model

int main(void) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  CHECK(mcugen_engine_init() == MCUGEN_STATUS_OK);
  if (check_failures > 0) {
    return check_report();
  }
  CHECK(info->inputs == 1 && info->outputs == 2 && strcmp(info->name, "axon") == 0);
  const uint32_t bytes = info->input[0].bytes;
  int8_t *input = mcugen_engine_input(0);
  for (uint32_t i = 0; i < bytes; ++i) {
    input[i] = (int8_t)(4 * i);
  }
  mcugen_engine_reset();
  CHECK(mcugen_engine_invoke() == MCUGEN_STATUS_OK);
  for (uint32_t number = 0; number < info->outputs; ++number) {
    const int8_t *output = mcugen_engine_output(number);
    CHECK(info->output[number].bytes == bytes);
    for (uint32_t i = 0; i < bytes; ++i) {
      CHECK(output[i] == (int8_t)(4 * i + i % CHANNELS));
    }
  }
  uint32_t layer_bytes = 1;
  CHECK(mcugen_engine_invoke_until(0) == MCUGEN_STATUS_UNSUPPORTED);
  CHECK(mcugen_engine_layer_output(0, &layer_bytes) == NULL && layer_bytes == 0);
  CHECK(mcugen_engine_arena_used_bytes() == info->arena_bytes);
  return check_report();
}
