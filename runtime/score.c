// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "score.h"

#include "float_math.h"
#include "quantize.h"

#define BLOCK 32u

static float block_error(const float features[], const float values[], size_t count) {
  float sum = 0.0f;
  for (size_t i = 0; i < count; ++i) {
    const float difference = values[i] - features[i];
    sum = mcugen_multiply_add(difference, difference, sum);
  }
  return sum;
}

float mcugen_reconstruction_error(const mcugen_tensor_t *tensor, const void *output,
                                  const float features[], size_t count) {
  if (count == 0) {
    return 0.0f;
  }
  float sum = 0.0f;
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t left = count - start;
    const size_t values = left < BLOCK ? left : BLOCK;
    float block[BLOCK];
    mcugen_tensor_get(tensor, output, start, values, block);
    sum += block_error(&features[start], block, values);
  }
  return sum / (float)count;
}

void mcugen_clip_score_add(mcugen_clip_score_t *clip, float window_score) {
  const float corrected = window_score - clip->lost;
  const float sum = clip->sum + corrected;
  clip->lost = (sum - clip->sum) - corrected;
  clip->sum = sum;
  ++clip->windows;
}

float mcugen_clip_score_mean(const mcugen_clip_score_t *clip) {
  return clip->windows == 0 ? 0.0f : clip->sum / (float)clip->windows;
}

float mcugen_running_mean(float history[], uint32_t windows, uint32_t before, float value) {
  history[before % windows] = value;
  if (before + 1u < windows) {
    return 0.0f;
  }
  float sum = 0.0f;
  for (uint32_t i = 0; i < windows; ++i) {
    sum += history[i];
  }
  return sum / (float)windows;
}
