// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the generated tables of front-end `mfcc` hold. front_end_tables.h sizes the buffers with the
// macros MCUGEN_MFCC_CLIP_SAMPLES, _FRAME_SAMPLES, _HOP_SAMPLES, _N_FFT, _N_MELS and _COEFFICIENTS.
#ifndef MCUGEN_FRONT_END_MFCC_H
#define MCUGEN_FRONT_END_MFCC_H

#include "mel.h"

typedef struct {
  mcugen_mel_t mel;
  const float *cosines;  // [coefficients][n_mels]: the scaled DCT-II
  float epsilon;
} mcugen_mfcc_t;

extern const mcugen_mfcc_t mcugen_mfcc;

#endif
