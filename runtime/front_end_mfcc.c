// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `mfcc`: a short PCM16 clip -> MFCC rows, as tf.signal and the MLPerf Tiny keyword
// reference compute them. The reference divides the clip by its largest sample, which is known only
// at its end. Magnitudes in mel bands scale with the clip, so those are kept and scaled then: all
// rows come from finish(). RAM: n_fft floats, frame_samples int16 and rows x n_mels floats; about
// 11 KB for the keyword preset.
#include "front_end_mfcc.h"

#include <string.h>

#include "float_math.h"
#include "front_end.h"
#include "front_end_tables.h"

#define CLIP_BYTES (2u * MCUGEN_MFCC_CLIP_SAMPLES)
#define FRAME MCUGEN_MFCC_FRAME_SAMPLES
#define HOP MCUGEN_MFCC_HOP_SAMPLES
#define N_MELS MCUGEN_MFCC_N_MELS
#define COEFFICIENTS MCUGEN_MFCC_COEFFICIENTS
#define ROWS (1u + (MCUGEN_MFCC_CLIP_SAMPLES - FRAME) / HOP)
#define SAMPLE_BYTES 2u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");
_Static_assert(HOP >= 1 && HOP <= FRAME, "frames must touch or overlap");
_Static_assert(FRAME <= MCUGEN_MFCC_CLIP_SAMPLES, "a clip has a frame at least");

static struct {
  int16_t samples[FRAME];  // the frame that is being filled
  uint32_t filled_bytes;   // of samples
  uint32_t clip_bytes;     // taken since reset
  int16_t peak;            // largest sample so far, 0 at least
  uint32_t frames;         // complete
  uint32_t rows;           // given out by finish()
} state;

static float work[MCUGEN_MFCC_N_FFT];
static float bands[ROWS][N_MELS];

static uint32_t smaller(size_t a, size_t b) { return (uint32_t)(a < b ? a : b); }

static void note_peak(uint32_t first_sample) {
  for (uint32_t i = first_sample; i < state.filled_bytes / SAMPLE_BYTES; ++i) {
    if (state.samples[i] > state.peak) {
      state.peak = state.samples[i];
    }
  }
}

// Keeps what the next frame shares. Samples behind the last frame only count for the peak.
static void complete_frame(void) {
  if (state.frames < ROWS) {
    mcugen_mel_bands(&mcugen_mfcc.mel, state.samples, work, bands[state.frames]);
    ++state.frames;
  }
  memmove(state.samples, &state.samples[HOP], (FRAME - HOP) * sizeof state.samples[0]);
  state.filled_bytes = (FRAME - HOP) * SAMPLE_BYTES;
}

void mcugen_front_end_reset(void) { memset(&state, 0, sizeof state); }

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  const uint32_t wanted = smaller(count, CLIP_BYTES - state.clip_bytes);  // the rest is dropped
  for (uint32_t taken = 0; taken < wanted;) {
    const uint32_t piece = smaller(wanted - taken, sizeof state.samples - state.filled_bytes);
    const uint32_t first_new = state.filled_bytes / SAMPLE_BYTES;
    memcpy((uint8_t *)state.samples + state.filled_bytes, &bytes[taken], piece);
    state.filled_bytes += piece;
    taken += piece;
    note_peak(first_new);
    if (state.filled_bytes == sizeof state.samples) {
      complete_frame();
    }
  }
  state.clip_bytes += wanted;
  *row = NULL;
  return count;
}

static const float *compute_row(const float mels[]) {
  // A clip without a positive sample has no peak to divide by: it stays as it is.
  const float gain = state.peak > 0 ? 1.0f / (float)state.peak : 1.0f / 32768.0f;
  float *const logs = work;
  float *const row = &work[N_MELS];
  for (uint32_t m = 0; m < N_MELS; ++m) {
    logs[m] = mcugen_log(mcugen_multiply_add(mels[m], gain, mcugen_mfcc.epsilon));
  }
  const float *cosines = mcugen_mfcc.cosines;
  for (uint32_t k = 0; k < COEFFICIENTS; ++k) {
    float sum = 0.0f;
    for (uint32_t m = 0; m < N_MELS; ++m) {
      sum = mcugen_multiply_add(*cosines++, logs[m], sum);
    }
    row[k] = sum;
  }
  return row;
}

const float *mcugen_front_end_finish(void) {
  state.filled_bytes -= state.filled_bytes % SAMPLE_BYTES;  // half a sample is none
  while (state.frames < ROWS) {
    memset((uint8_t *)state.samples + state.filled_bytes, 0,
           sizeof state.samples - state.filled_bytes);
    complete_frame();
  }
  return state.rows < ROWS ? compute_row(bands[state.rows++]) : NULL;
}
