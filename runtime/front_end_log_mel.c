// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `log-mel`: PCM16 -> log-mel spectrogram rows, as librosa.feature.melspectrogram does
// it. RAM: n_fft floats (spectrum and row), n_fft int16 samples and 8 bytes; 6152 bytes for n_fft
// 1024.
#include "front_end_log_mel.h"

#include <string.h>

#include "float_math.h"
#include "front_end.h"
#include "front_end_tables.h"

#define N_FFT MCUGEN_LOG_MEL_N_FFT
#define HOP MCUGEN_LOG_MEL_HOP_SAMPLES
#define N_MELS MCUGEN_LOG_MEL_N_MELS
#define PADDING (MCUGEN_LOG_MEL_CENTER ? N_FFT / 2 : 0)
#define SAMPLE_BYTES 2u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");
_Static_assert(HOP >= 1 && HOP <= N_FFT, "frames must touch or overlap");
_Static_assert(N_MELS < N_FFT / 2, "the row lies behind the spectrum");

static struct {
  int16_t samples[N_FFT];    // the frame that is being filled
  uint32_t filled_bytes;     // of samples
  uint32_t padding_samples;  // zeros that finish() may still append
} state;

static float work[N_FFT];

static const float *compute_row(void) {
  float *const row = &work[N_FFT / 2 + 1];
  mcugen_mel_bands(&mcugen_log_mel.mel, state.samples, work, row);
  const float scale = mcugen_log_mel.log_scale;
  const float epsilon = mcugen_log_mel.epsilon;
  for (uint32_t m = 0; m < N_MELS; ++m) {
    row[m] = scale * mcugen_log(row[m] + epsilon);
  }
  return row;
}

// The frame is full: computes its row and keeps the samples that the next frame shares.
static const float *complete_row(void) {
  const float *const row = compute_row();
  memmove(state.samples, &state.samples[HOP], (N_FFT - HOP) * sizeof state.samples[0]);
  state.filled_bytes = (N_FFT - HOP) * SAMPLE_BYTES;
  return row;
}

static void append_zeros(uint32_t samples) {
  memset((uint8_t *)state.samples + state.filled_bytes, 0, samples * SAMPLE_BYTES);
  state.filled_bytes += samples * SAMPLE_BYTES;
}

void mcugen_front_end_reset(void) {
  state.filled_bytes = 0;
  state.padding_samples = PADDING;
  append_zeros(PADDING);
}

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  const size_t room = sizeof state.samples - state.filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state.samples + state.filled_bytes, bytes, taken);
  state.filled_bytes += (uint32_t)taken;
  *row = taken == room ? complete_row() : NULL;
  return taken;
}

const float *mcugen_front_end_finish(void) {
  state.filled_bytes -= state.filled_bytes % SAMPLE_BYTES;  // half a sample is none
  const uint32_t missing = N_FFT - state.filled_bytes / SAMPLE_BYTES;
  if (missing > state.padding_samples) {
    return NULL;
  }
  state.padding_samples -= missing;
  append_zeros(missing);
  return complete_row();
}
