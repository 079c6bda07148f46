// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_log_mel.h"

#include <string.h>

#include "float_math.h"

#define SAMPLE_BYTES ((uint32_t)sizeof(int16_t))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");

// The row lies in `work` after the spectrum.
static const float *compute_row(const mcugen_log_mel_t *tables, const int16_t samples[],
                                float work[]) {
  float *const row = &work[tables->mel.fft.points / 2 + 1];
  mcugen_mel_bands(&tables->mel, samples, work, row);
  mcugen_mel_look(&tables->mel, MCUGEN_STAGE_MEL, 0, row, tables->mel.bands);
  const float scale = tables->log_scale;
  const float epsilon = tables->epsilon;
  const uint32_t bands = tables->mel.bands;
  for (uint32_t m = 0; m < bands; ++m) {
    row[m] = scale * mcugen_log(row[m] + epsilon);
  }
  mcugen_mel_look(&tables->mel, MCUGEN_STAGE_LOG, 0, row, bands);
  return row;
}

// The frame is full: computes its row and keeps the samples that the next frame shares.
static const float *complete_row(const mcugen_log_mel_t *tables, mcugen_log_mel_state_t *state,
                                 float work[]) {
  const float *const row = compute_row(tables, state->samples, work);
  state->filled_bytes = (tables->mel.fft.points - tables->hop_samples) * SAMPLE_BYTES;
  memmove(state->samples, &state->samples[tables->hop_samples], state->filled_bytes);
  return row;
}

static void append_zeros(mcugen_log_mel_state_t *state, uint32_t samples) {
  memset((uint8_t *)state->samples + state->filled_bytes, 0, samples * SAMPLE_BYTES);
  state->filled_bytes += samples * SAMPLE_BYTES;
}

static void reset(const void *tables, void *its_state) {
  mcugen_log_mel_state_t *const state = its_state;
  state->filled_bytes = 0;
  state->padding_samples = ((const mcugen_log_mel_t *)tables)->padding_samples;
  append_zeros(state, state->padding_samples);
}

static size_t push(const void *tables, void *its_state, float work[], const uint8_t bytes[],
                   size_t count, const float **row) {
  const mcugen_log_mel_t *const log_mel = tables;
  mcugen_log_mel_state_t *const state = its_state;
  const size_t room = log_mel->mel.fft.points * SAMPLE_BYTES - state->filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state->samples + state->filled_bytes, bytes, taken);
  state->filled_bytes += (uint32_t)taken;
  *row = taken == room ? complete_row(log_mel, state, work) : NULL;
  return taken;
}

static const float *finish(const void *tables, void *its_state, float work[]) {
  const mcugen_log_mel_t *const log_mel = tables;
  mcugen_log_mel_state_t *const state = its_state;
  state->filled_bytes -= state->filled_bytes % SAMPLE_BYTES;  // half a sample is none
  const uint32_t missing = log_mel->mel.fft.points - state->filled_bytes / SAMPLE_BYTES;
  if (missing > state->padding_samples) {
    return NULL;
  }
  state->padding_samples -= missing;
  append_zeros(state, missing);
  return complete_row(log_mel, state, work);
}

const mcugen_row_maker_t mcugen_log_mel_maker = {reset, push, finish};
