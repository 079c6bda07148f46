// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `log-mel`: PCM16 -> log-mel spectrogram rows, as librosa.feature.melspectrogram does
// it.
#ifndef MCUGEN_FRONT_END_LOG_MEL_H
#define MCUGEN_FRONT_END_LOG_MEL_H

#include "mel.h"
#include "row_maker.h"

typedef struct {
  mcugen_mel_t mel;          // its window includes the factor 1 / 32768
  uint32_t hop_samples;      // 1 to n_fft (mel.fft.points)
  uint32_t padding_samples;  // zeros before and after a clip
  float log_scale;           // 20 / power / ln(10)
  float epsilon;
} mcugen_log_mel_t;

typedef struct {
  int16_t *samples;          // [n_fft]: the frame that is being filled
  uint32_t filled_bytes;     // of samples
  uint32_t padding_samples;  // zeros that finish() may still append
} mcugen_log_mel_state_t;

// Works in n_fft floats.
extern const mcugen_row_maker_t mcugen_log_mel_maker;

#endif
