// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `mfcc`: a short PCM16 clip -> MFCC rows, as tf.signal and the MLPerf Tiny keyword
// reference compute them. The reference divides the clip by its largest sample, which is known only
// at its end. Magnitudes in mel bands scale with the clip, so those are kept and scaled then: all
// rows come from finish().
#ifndef MCUGEN_FRONT_END_MFCC_H
#define MCUGEN_FRONT_END_MFCC_H

#include "mel.h"
#include "row_maker.h"

typedef struct {
  mcugen_mel_t mel;
  uint32_t clip_samples;  // a frame (mel.frame_samples) at least
  uint32_t hop_samples;   // 1 to frame_samples
  uint32_t rows;          // of every clip
  uint32_t coefficients;  // in a row
  const float *cosines;   // [coefficients][n_mels]: the scaled DCT-II
  float epsilon;
} mcugen_mfcc_t;

typedef struct {
  int16_t *samples;       // [frame_samples]: the frame that is being filled
  float *bands;           // [rows][n_mels]
  uint32_t filled_bytes;  // of samples
  uint32_t clip_bytes;    // taken since reset
  uint32_t frames;        // complete
  uint32_t rows;          // given out by finish()
  int16_t peak;           // largest sample so far, 0 at least
} mcugen_mfcc_state_t;

// Works in n_fft floats.
extern const mcugen_row_maker_t mcugen_mfcc_maker;

#endif
