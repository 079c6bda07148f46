// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Runs any engine over samples that arrive as bytes: for each, all inputs in order. Answers with
// the cost of the inference (u32), all outputs, and, from an engine generated for it, the outputs
// of every layer. With MCUGEN_BATCH so many samples are one inference. tests/engines/c_engine.py is
// the other end.
#include "engine.h"

#include <stdlib.h>

#include "driver_io.h"

#ifdef MCUGEN_BATCH
static bool read_inputs(const mcugen_engine_info_t *info) {
  return driver_read(mcugen_engine_batch_input(), MCUGEN_BATCH * info->input[0].bytes);
}

static mcugen_status_t invoke(void) { return mcugen_engine_invoke_batch(); }

static void write_outputs(const mcugen_engine_info_t *info) {
  const uint32_t bytes = info->output[0].bytes;
  const uint8_t *last = mcugen_engine_output(0);
  driver_write(last - (MCUGEN_BATCH - 1u) * bytes, MCUGEN_BATCH * bytes);
}
#else
static bool read_inputs(const mcugen_engine_info_t *info) {
  for (uint32_t i = 0; i < info->inputs; ++i) {
    if (!driver_read(mcugen_engine_input(i), info->input[i].bytes)) {
      return false;
    }
  }
  return true;
}

static mcugen_status_t invoke(void) { return mcugen_engine_invoke(); }

static void write_outputs(const mcugen_engine_info_t *info) {
  for (uint32_t i = 0; i < info->outputs; ++i) {
    driver_write(mcugen_engine_output(i), info->output[i].bytes);
  }
}
#endif

#ifndef DRIVER_KEEPS_STATE
// As mcugen_window_run_layers does it.
static mcugen_status_t run_layers(uint32_t layer) {
  mcugen_engine_reset();
  return mcugen_engine_invoke_until(layer);
}

static void write_layers(void) {
  for (uint32_t layer = 0; run_layers(layer) == MCUGEN_STATUS_OK; ++layer) {
    uint32_t bytes = 0;
    const void *data = mcugen_engine_layer_output(0, &bytes);
    for (uint32_t index = 1; data != NULL; ++index) {
      driver_write(data, bytes);
      data = mcugen_engine_layer_output(index, &bytes);
    }
  }
}
#endif

int main(void) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  if (mcugen_engine_init() != MCUGEN_STATUS_OK) {
    return EXIT_FAILURE;
  }
  mcugen_engine_reset();
  while (read_inputs(info)) {
#ifndef DRIVER_KEEPS_STATE  // else the samples are one stream
    mcugen_engine_reset();
#endif
    const uint32_t start = driver_instructions();
    const mcugen_status_t status = invoke();
    const uint32_t instructions = driver_instructions() - start;
    if (status != MCUGEN_STATUS_OK) {
      return EXIT_FAILURE;
    }
    driver_write(&instructions, sizeof instructions);
    write_outputs(info);
#ifndef DRIVER_KEEPS_STATE
    write_layers();
#endif
  }
  return EXIT_SUCCESS;
}
