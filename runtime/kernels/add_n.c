// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals AddN of TFLite's reference_ops, whose inputs have one scale: halves of values shifted left
// by 20 are values shifted left by 19, exactly.
#include "add_n.h"

void mcugen_add_n_s8_begin(const mcugen_add_n_t *layer, const int8_t *in, void *sums) {
  int32_t *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    sum[i] = layer->start + in[i];
  }
}

void mcugen_add_n_s8_more(const mcugen_add_n_t *layer, const int8_t *in, void *sums) {
  int32_t *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    sum[i] += in[i];
  }
}

void mcugen_add_n_s8_end(const mcugen_add_n_t *layer, int8_t *out, const void *sums) {
  enum { SHIFT = 19 };
  const int32_t *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    const int32_t value = mcugen_requantize_double(mcugen_shift_left(sum[i], SHIFT), layer->by);
    out[i] = (int8_t)mcugen_clamp(value + layer->zero_point, INT8_MIN, INT8_MAX);
  }
}

void mcugen_add_n_f32_begin(const mcugen_add_n_t *layer, const float *in, void *sums) {
  float *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    sum[i] = 0.0f + in[i];  // which makes -0 0, as there
  }
}

void mcugen_add_n_f32_more(const mcugen_add_n_t *layer, const float *in, void *sums) {
  float *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    sum[i] += in[i];
  }
}

void mcugen_add_n_f32_end(const mcugen_add_n_t *layer, float *out, const void *sums) {
  const float *const sum = sums;
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = sum[i];
  }
}
