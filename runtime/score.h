// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Scores in float32: the anomaly score of an autoencoder, as MLPerf Tiny defines it, and the mean
// that a wake word is detected by.
#ifndef MCUGEN_SCORE_H
#define MCUGEN_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"

// Mean over `count` values of (dequantised output - feature)^2; 0 for no values.
// Sums of 32 are added up, so the relative error is at most (40 + count / 32) * 2^-24 on top of the
// rounding of each dequantised value: below 4e-6 for 640 values (Higham, Accuracy and
// Stability, 4.2).
float mcugen_reconstruction_error(const mcugen_tensor_t *tensor, const void *output,
                                  const float features[], size_t count);

// The mean of window scores of one clip, with compensated summation (Kahan, 1965): its relative
// error is at most 3 * 2^-24 for any number of windows. Zero-initialise to start a clip.
typedef struct {
  float sum;
  float lost;  // what rounding has taken from sum
  uint32_t windows;
} mcugen_clip_score_t;

void mcugen_clip_score_add(mcugen_clip_score_t *clip, float window_score);

// 0 before the first window.
float mcugen_clip_score_mean(const mcugen_clip_score_t *clip);

// The mean of the last `windows` values, 0 before there are as many; `before` values came before
// this one, and `history` has room for `windows`.
float mcugen_running_mean(float history[], uint32_t windows, uint32_t before, float value);

#endif
