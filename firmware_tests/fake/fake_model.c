// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A model, a front-end and an identity with answers a test can compute, and the habits of real
// ones: invoke overwrites the input, and state survives until reset.
#include <string.h>

#include "config.h"
#include "engine.h"
#include "front_end.h"
#include "identity.h"
#include "little_endian.h"

#ifndef FAKE_SCALE
#define FAKE_SCALE 0.25f
#endif
#define FAKE_ZERO_POINT (-3)

const char mcugen_identity_text[] =
    "model=" FAKE_NAME "\nengine=fake\nboard=host\nmlperf_id=" FAKE_MLPERF_ID "\n";
const size_t mcugen_identity_bytes = sizeof mcugen_identity_text - 1;

static const mcugen_tensor_t TENSOR = {
    .dtype = MCUGEN_INT8,
    .bytes = MCUGEN_INPUT_BYTES,
    .scale = FAKE_SCALE,
    .zero_point = FAKE_ZERO_POINT,
};
static const mcugen_engine_info_t INFO = {
    .name = "fake",
    .rounding = "double",
    .inputs = 1,
    .outputs = 1,
    .input = &TENSOR,
    .output = &TENSOR,
    .arena_bytes = 2u * MCUGEN_INPUT_BYTES,
};

static int8_t input[MCUGEN_INPUT_BYTES];
static int8_t output[MCUGEN_INPUT_BYTES];
static const int8_t *last_output = output;
static uint8_t inferences_since_reset;

const mcugen_engine_info_t *mcugen_engine_info(void) { return &INFO; }
mcugen_status_t mcugen_engine_init(void) { return MCUGEN_STATUS_OK; }
void mcugen_engine_reset(void) { inferences_since_reset = 0; }
void *mcugen_engine_input(uint32_t index) { return index == 0 ? input : NULL; }
const void *mcugen_engine_output(uint32_t index) { return index == 0 ? last_output : NULL; }
uint32_t mcugen_engine_arena_used_bytes(void) { return INFO.arena_bytes; }

// Two layers: 0 copies the input, 1 is the whole model.
mcugen_status_t mcugen_engine_invoke_until(uint32_t layer) {
  if (layer > 1) {
    return MCUGEN_STATUS_BAD_ARGUMENT;
  }
  memcpy(output, input, sizeof(output));
  return layer == 0 ? MCUGEN_STATUS_OK : mcugen_engine_invoke();
}

// The model as FAKE_LAYERS layers, the last of which does all the work.
#define FAKE_LAYERS 100u
mcugen_status_t mcugen_engine_invoke_marked(mcugen_mark_t mark, void *context) {
  const mcugen_status_t status = mcugen_engine_invoke();
  for (uint32_t layer = 0; layer < FAKE_LAYERS; ++layer) {
    mark(context, layer);
  }
  return status;
}

const void *mcugen_engine_layer_output(uint32_t index, uint32_t *bytes) {
  *bytes = MCUGEN_INPUT_BYTES;
  return index == 0 ? output : NULL;
}

// output[i] = input[i] + i + inferences since the reset, modulo 256.
mcugen_status_t mcugen_engine_invoke(void) {
  for (uint32_t i = 0; i < MCUGEN_INPUT_BYTES; ++i) {
    output[i] = (int8_t)(uint8_t)((uint8_t)input[i] + i + inferences_since_reset);
  }
  memset(input, 0x55, sizeof(input));
  ++inferences_since_reset;
  last_output = output;
  return MCUGEN_STATUS_OK;
}

#ifdef MCUGEN_BATCH
static int8_t batch_input[MCUGEN_BATCH][MCUGEN_INPUT_BYTES];
static int8_t batch_output[MCUGEN_BATCH][MCUGEN_INPUT_BYTES];

void *mcugen_engine_batch_input(void) { return batch_input; }

mcugen_status_t mcugen_engine_invoke_batch(void) {
  for (uint32_t window = 0; window < MCUGEN_BATCH; ++window) {
    mcugen_engine_reset();
    memcpy(input, batch_input[window], sizeof(input));
    (void)mcugen_engine_invoke();
    memcpy(batch_output[window], output, sizeof(output));
  }
  last_output = batch_output[MCUGEN_BATCH - 1u];
  return MCUGEN_STATUS_OK;
}
#endif

// A row is ROW_VALUES int16 samples / 8. Padding: zeros complete a row that has begun, and one more
// row of zeros follows.
const mcugen_front_end_info_t mcugen_front_end_info = {
    .name = FAKE_NAME,
    .row_values = MCUGEN_ROW_VALUES,
    .window_rows = MCUGEN_WINDOW_ROWS,
    .stride_rows = FAKE_STRIDE_ROWS,
    .first_row = FAKE_FIRST_ROW,
    .last_row = 1000u,
    .has_source = true,
};

static float row_values[MCUGEN_ROW_VALUES];
static uint8_t sample[2];
static size_t row_bytes;
static int padding_rows;

void mcugen_front_end_reset(void) {
  row_bytes = 0;
  padding_rows = 0;
}

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  *row = NULL;
  for (size_t i = 0; i < count; ++i) {
    sample[row_bytes % 2] = bytes[i];
    if (row_bytes++ % 2 == 1) {
      row_values[(row_bytes - 1) / 2] = (float)(int16_t)mcugen_get_u16(sample) / 8.0f;
    }
    if (row_bytes == 2u * MCUGEN_ROW_VALUES) {
      row_bytes = 0;
      *row = row_values;
      return i + 1;
    }
  }
  return count;
}

const float *mcugen_front_end_finish(void) {
  if (row_bytes == 0 && padding_rows == 1) {
    return NULL;
  }
  for (size_t i = row_bytes / 2; i < MCUGEN_ROW_VALUES; ++i) {
    row_values[i] = 0.0f;
  }
  padding_rows = row_bytes == 0 ? 1 : 0;
  row_bytes = 0;
  return row_values;
}
