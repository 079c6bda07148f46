// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `log-mel`: PCM16 -> log-mel spectrogram rows, as librosa.feature.melspectrogram does it.
// RAM: n_fft floats (spectrum and row), n_fft int16 samples and 8 bytes; 6152 bytes for n_fft 1024.
#include "front_end_log_mel.h"

#include <math.h>
#include <string.h>

#include "fft.h"
#include "float_math.h"
#include "front_end.h"
#include "front_end_tables.h"

#define N_FFT MCUGEN_LOG_MEL_N_FFT
#define HOP MCUGEN_LOG_MEL_HOP_SAMPLES
#define N_MELS MCUGEN_LOG_MEL_N_MELS
#define PADDING (MCUGEN_LOG_MEL_CENTER ? N_FFT / 2 : 0)
#define SAMPLE_BYTES 2u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the stream is little endian, like the core");
_Static_assert(HOP >= 1 && HOP <= N_FFT, "frames must touch or overlap");
_Static_assert(N_MELS < N_FFT / 2, "the row lies behind the spectrum");

typedef struct {
  int16_t samples[N_FFT];    // the frame that is being filled
  uint32_t filled_bytes;     // of samples
  uint32_t padding_samples;  // zeros that finish() may still append
} log_mel_state_t;

static log_mel_state_t state;
static float work[N_FFT];
static float *const spectrum = work;              // [N_FFT / 2 + 1]
static float *const row = &work[N_FFT / 2 + 1];   // [N_MELS]

// Windows the frame into `work`, permuted for the transform. The periodic Hann window is symmetric
// about N_FFT / 2, so the table holds window[0..N_FFT/2] only. 1 / 32768 scales PCM16 to [-1, 1).
static void window_frame(void) {
  const float *const window = mcugen_log_mel.window;
  const uint16_t *const bit_reversed = mcugen_log_mel.fft.bit_reversed;
  for (uint32_t i = 0; i < N_FFT / 2; i += 2) {
    float *const pair = &work[2 * bit_reversed[i / 2]];
    pair[0] = window[i] * (float)state.samples[i];
    pair[1] = window[i + 1] * (float)state.samples[i + 1];
  }
  for (uint32_t i = N_FFT / 2; i < N_FFT; i += 2) {
    float *const pair = &work[2 * bit_reversed[i / 2]];
    pair[0] = window[N_FFT - i] * (float)state.samples[i];
    pair[1] = window[N_FFT - i - 1] * (float)state.samples[i + 1];
  }
}

static float filtered(const float *bins, const float *weights, uint32_t count) {
  float sum = 0.0f;
  for (uint32_t i = 0; i < count; ++i) {
    sum = mcugen_multiply_add(weights[i], bins[i], sum);
  }
  return sum;
}

static void compute_row(void) {
  window_frame();
  mcugen_fft_power(&mcugen_log_mel.fft, work);
  if (MCUGEN_LOG_MEL_POWER == 1) {
    for (uint32_t k = 0; k <= N_FFT / 2; ++k) {
      spectrum[k] = sqrtf(spectrum[k]);
    }
  }
  const float *weights = mcugen_log_mel.weights;
  for (uint32_t m = 0; m < N_MELS; ++m) {
    const mcugen_mel_filter_t *const filter = &mcugen_log_mel.filters[m];
    const float mel = filtered(&spectrum[filter->first_bin], weights, filter->bins);
    weights += filter->bins;
    row[m] = mcugen_log_mel.log_scale * mcugen_log(mel + mcugen_log_mel.epsilon);
  }
}

// The frame is full: computes its row and keeps the samples that the next frame shares.
static const float *complete_row(void) {
  compute_row();
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

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **completed) {
  const size_t room = sizeof state.samples - state.filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state.samples + state.filled_bytes, bytes, taken);
  state.filled_bytes += (uint32_t)taken;
  *completed = taken == room ? complete_row() : NULL;
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
