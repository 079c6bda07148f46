// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "mel.h"

#include <math.h>

#include "float_math.h"

// Puts the windowed frame into `work`, in the order mcugen_fft_power takes it. A periodic Hann
// window of n samples has window[i] = window[n - i].
static void window_frame(const mcugen_mel_t *mel, const int16_t samples[], float work[]) {
  const uint32_t count = mel->frame_samples;
  const float *const window = mel->window;
  const uint16_t *place = mel->fft.bit_reversed;
  uint32_t i = 0;
  for (; i < count / 2; i += 2) {
    float *const pair = &work[2u * *place++];
    pair[0] = window[i] * (float)samples[i];
    pair[1] = window[i + 1] * (float)samples[i + 1];
  }
  for (; i < count; i += 2) {
    float *const pair = &work[2u * *place++];
    pair[0] = window[count - i] * (float)samples[i];
    pair[1] = window[count - i - 1] * (float)samples[i + 1];
  }
  for (; i < mel->fft.points; i += 2) {
    float *const pair = &work[2u * *place++];
    pair[0] = 0.0f;
    pair[1] = 0.0f;
  }
}

static float filtered(const float spectrum[], const float weights[], uint32_t bins) {
  float sum = 0.0f;
  for (uint32_t i = 0; i < bins; ++i) {
    sum = mcugen_multiply_add(weights[i], spectrum[i], sum);
  }
  return sum;
}

void mcugen_mel_bands(const mcugen_mel_t *mel, const int16_t samples[], float work[],
                      float bands[]) {
  window_frame(mel, samples, work);
  mcugen_mel_look(mel, MCUGEN_STAGE_WINDOW, 0, work, mel->fft.points);
  mcugen_fft_power(&mel->fft, work);
  if (mel->spectrum == MCUGEN_MAGNITUDE) {
    for (uint32_t k = 0; k <= mel->fft.points / 2; ++k) {
      work[k] = sqrtf(work[k]);
    }
  }
  mcugen_mel_look(mel, MCUGEN_STAGE_SPECTRUM, 0, work, mel->fft.points / 2 + 1);
  const float *weights = mel->weights;
  for (uint32_t band = 0; band < mel->bands; ++band) {
    const mcugen_mel_filter_t filter = mel->filters[band];
    bands[band] = filtered(&work[filter.first_bin], weights, filter.bins);
    weights += filter.bins;
  }
}
