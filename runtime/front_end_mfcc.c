// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_mfcc.h"

#include <string.h>

#include "float_math.h"

#define SAMPLE_BYTES ((uint32_t)sizeof(int16_t))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");

static uint32_t smaller(size_t a, size_t b) { return (uint32_t)(a < b ? a : b); }

static uint32_t frame_bytes(const mcugen_mfcc_t *tables) {
  return tables->mel.frame_samples * SAMPLE_BYTES;
}

static void note_peak(mcugen_mfcc_state_t *state, uint32_t first_sample) {
  for (uint32_t i = first_sample; i < state->filled_bytes / SAMPLE_BYTES; ++i) {
    if (state->samples[i] > state->peak) {
      state->peak = state->samples[i];
    }
  }
}

// Keeps what the next frame shares. Samples after the last frame only count for the peak.
static void complete_frame(const mcugen_mfcc_t *tables, mcugen_mfcc_state_t *state, float work[]) {
  if (state->frames < tables->rows) {
    float *const bands = &state->bands[state->frames * tables->mel.bands];
    mcugen_mel_bands(&tables->mel, state->samples, work, bands);
    mcugen_mel_look(&tables->mel, MCUGEN_STAGE_MEL, state->frames, bands, tables->mel.bands);
    ++state->frames;
  }
  state->filled_bytes = frame_bytes(tables) - tables->hop_samples * SAMPLE_BYTES;
  memmove(state->samples, &state->samples[tables->hop_samples], state->filled_bytes);
}

static void reset(const void *tables, void *its_state) {
  (void)tables;
  mcugen_mfcc_state_t *const state = its_state;
  *state = (mcugen_mfcc_state_t){.samples = state->samples, .bands = state->bands};
}

static size_t push(const void *tables, void *its_state, float work[], const uint8_t bytes[],
                   size_t count, const float **row) {
  const mcugen_mfcc_t *const mfcc = tables;
  mcugen_mfcc_state_t *const state = its_state;
  const uint32_t clip_bytes = mfcc->clip_samples * SAMPLE_BYTES;
  const uint32_t wanted = smaller(count, clip_bytes - state->clip_bytes);  // the rest is dropped
  for (uint32_t taken = 0; taken < wanted;) {
    const uint32_t piece = smaller(wanted - taken, frame_bytes(mfcc) - state->filled_bytes);
    const uint32_t first_new = state->filled_bytes / SAMPLE_BYTES;
    memcpy((uint8_t *)state->samples + state->filled_bytes, &bytes[taken], piece);
    state->filled_bytes += piece;
    taken += piece;
    note_peak(state, first_new);
    if (state->filled_bytes == frame_bytes(mfcc)) {
      complete_frame(mfcc, state, work);
    }
  }
  state->clip_bytes += wanted;
  *row = NULL;
  return count;
}

static const float *compute_row(const mcugen_mfcc_t *tables, const mcugen_mfcc_state_t *state,
                                uint32_t number, float work[]) {
  // A clip without a positive sample has no peak to divide by: it stays as it is.
  const float gain = state->peak > 0 ? 1.0f / (float)state->peak : 1.0f / 32768.0f;
  const uint32_t bands = tables->mel.bands;
  const float *const mels = &state->bands[number * bands];
  float *const logs = work;
  float *const row = &work[bands];
  for (uint32_t m = 0; m < bands; ++m) {
    logs[m] = mcugen_log(mcugen_multiply_add(mels[m], gain, tables->epsilon));
  }
  const float *cosines = tables->cosines;
  for (uint32_t k = 0; k < tables->coefficients; ++k) {
    float sum = 0.0f;
    for (uint32_t m = 0; m < bands; ++m) {
      sum = mcugen_multiply_add(*cosines++, logs[m], sum);
    }
    row[k] = sum;
  }
  mcugen_mel_look(&tables->mel, MCUGEN_STAGE_LOG, number, logs, bands);
  mcugen_mel_look(&tables->mel, MCUGEN_STAGE_ROW, number, row, tables->coefficients);
  return row;
}

static const float *finish(const void *tables, void *its_state, float work[]) {
  const mcugen_mfcc_t *const mfcc = tables;
  mcugen_mfcc_state_t *const state = its_state;
  state->filled_bytes -= state->filled_bytes % SAMPLE_BYTES;  // half a sample is none
  while (state->frames < mfcc->rows) {
    memset((uint8_t *)state->samples + state->filled_bytes, 0,
           frame_bytes(mfcc) - state->filled_bytes);
    complete_frame(mfcc, state, work);
  }
  if (state->rows == mfcc->rows) {
    return NULL;
  }
  return compute_row(mfcc, state, state->rows++, work);
}

const mcugen_row_maker_t mcugen_mfcc_maker = {reset, push, finish};
