// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the generated tables of front-end `log-mel` hold. front_end_tables.h sizes the buffers with
// the macros MCUGEN_LOG_MEL_N_FFT, _HOP_SAMPLES, _N_MELS and _CENTER (0 or 1).
#ifndef MCUGEN_FRONT_END_LOG_MEL_H
#define MCUGEN_FRONT_END_LOG_MEL_H

#include "mel.h"

typedef struct {
  mcugen_mel_t mel;  // its window includes the factor 1 / 32768
  float log_scale;   // 20 / power / ln(10)
  float epsilon;
} mcugen_log_mel_t;

extern const mcugen_log_mel_t mcugen_log_mel;

#endif
