// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::QuantizedMeanOrSum of TFLite.
#include "mean.h"

static int32_t sum_over(const mcugen_mean_axes_t *axes, const int8_t *in) {
  const uint32_t *sizes = axes->sizes;
  const uint32_t *steps = axes->steps;
  int32_t sum = 0;
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      const int8_t *row = in + i * steps[0] + j * steps[1];
      for (uint32_t k = 0; k < sizes[2]; ++k) {
        sum += row[k * steps[2]];
      }
    }
  }
  return sum;
}

void mcugen_mean(const mcugen_mean_t *layer, const int8_t *in, int8_t *out) {
  const uint32_t *sizes = layer->kept.sizes;
  const uint32_t *steps = layer->kept.steps;
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      const int8_t *row = in + i * steps[0] + j * steps[1];
      for (uint32_t k = 0; k < sizes[2]; ++k) {
        const int32_t sum = layer->offset + sum_over(&layer->summed, &row[k * steps[2]]);
        const int32_t value = mcugen_requantize_double(sum, layer->by) + layer->zero_point;
        *out++ = (int8_t)mcugen_clamp(value, INT8_MIN, INT8_MAX);
      }
    }
  }
}
