// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// One frame of PCM16 -> its energy in mel bands: window, real transform, sparse filter bank.
#ifndef MCUGEN_MEL_H
#define MCUGEN_MEL_H

#include <stdint.h>

#include "fft.h"

// One triangle of the filter bank: the bins where it is not zero.
typedef struct {
  uint16_t first_bin;
  uint16_t bins;
} mcugen_mel_filter_t;

typedef enum { MCUGEN_MAGNITUDE = 1, MCUGEN_POWER = 2 } mcugen_spectrum_t;

// What a row goes through; a log-mel row is the last of LOG, MFCCs are ROW.
typedef enum {
  MCUGEN_STAGE_WINDOW = 0,    // the frame times the window, in the order mcugen_fft_power takes it
  MCUGEN_STAGE_SPECTRUM = 1,  // magnitude or power
  MCUGEN_STAGE_MEL = 2,
  MCUGEN_STAGE_LOG = 3,
  MCUGEN_STAGE_ROW = 4,
} mcugen_stage_t;

// Looks at a stage of row `row`, which is 0 where a front-end does not number its rows.
typedef void (*mcugen_tap_t)(mcugen_stage_t stage, uint32_t row, const float values[],
                             uint32_t count);

// Generated: templates/front_end_mel.c.j2.
typedef struct {
  mcugen_fft_t fft;
  uint32_t frame_samples;              // even, at most fft.points; zeros follow up to there
  const float *window;                 // [frame_samples / 2 + 1]: it is symmetric about the middle
  mcugen_spectrum_t spectrum;          // what the filters add up
  const mcugen_mel_filter_t *filters;  // [bands]
  const float *weights;                // of all filters, one after the other
  uint32_t bands;
  mcugen_tap_t tap;  // NULL: nobody looks
} mcugen_mel_t;

static inline void mcugen_mel_look(const mcugen_mel_t *mel, mcugen_stage_t stage, uint32_t row,
                                   const float values[], uint32_t count) {
  if (mel->tap != 0) {
    mel->tap(stage, row, values, count);
  }
}

// bands[b] = sum of filter b over |X| or |X|^2. `work` holds fft.points floats; `bands` may lie in
// it from index fft.points / 2 + 1 on, after the spectrum.
void mcugen_mel_bands(const mcugen_mel_t *mel, const int16_t samples[], float work[],
                      float bands[]);

#endif
