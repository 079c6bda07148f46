// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the generated tables of front-end `log-mel` hold. front_end_tables.h sizes the buffers with the
// macros MCUGEN_LOG_MEL_N_FFT, _HOP_SAMPLES, _N_MELS, _POWER (1 or 2) and _CENTER (0 or 1).
#ifndef MCUGEN_FRONT_END_LOG_MEL_H
#define MCUGEN_FRONT_END_LOG_MEL_H

#include <stdint.h>

#include "fft.h"

// One triangle of the mel filter bank: the bins where it is not zero.
typedef struct {
  uint16_t first_bin;
  uint16_t bins;
} mcugen_mel_filter_t;

typedef struct {
  mcugen_fft_t fft;                    // of n_fft points
  const float *window;                 // [n_fft / 2 + 1], times 1 / 32768
  const mcugen_mel_filter_t *filters;  // [n_mels]
  const float *weights;                // of all filters, one after the other
  float log_scale;                     // 20 / power / ln(10)
  float epsilon;
} mcugen_log_mel_t;

extern const mcugen_log_mel_t mcugen_log_mel;

#endif
