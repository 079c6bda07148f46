// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::Softmax and LogSoftmax of TFLite for float, but for the last bits of exp
// and log.
#include "softmax_f32.h"

#include <math.h>

static float largest_of(const float *in, uint32_t depth) {
  float largest = in[0];
  for (uint32_t i = 1; i < depth; ++i) {
    largest = in[i] > largest ? in[i] : largest;
  }
  return largest;
}

void mcugen_softmax_f32(const mcugen_softmax_f32_t *layer, const float *in, float *out) {
  for (uint32_t row = 0; row < layer->rows; ++row) {
    const float largest = largest_of(in, layer->depth);
    float sum = 0.0f;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      out[i] = expf((in[i] - largest) * layer->beta);
      sum += out[i];
    }
    for (uint32_t i = 0; i < layer->depth; ++i) {
      out[i] /= sum;
    }
    in += layer->depth;
    out += layer->depth;
  }
}

void mcugen_log_softmax_f32(const mcugen_softmax_f32_t *layer, const float *in, float *out) {
  for (uint32_t row = 0; row < layer->rows; ++row) {
    const float largest = largest_of(in, layer->depth);
    float sum = 0.0f;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      sum += expf(in[i] - largest);
    }
    const float log_sum = logf(sum);
    for (uint32_t i = 0; i < layer->depth; ++i) {
      out[i] = in[i] - largest - log_sum;
    }
    in += layer->depth;
    out += layer->depth;
  }
}
