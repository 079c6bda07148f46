// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals EvalIntegerSvdfReference of TFLite Micro.
#include "svdf.h"

#include <string.h>

static int32_t feature(const mcugen_svdf_t *layer, const int8_t *weights, const int8_t *in,
                       int32_t low, int32_t high) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < layer->inputs; ++i) {
    sum += weights[i] * (in[i] - layer->in_zero_point);
  }
  return layer->state_zero_point +
         mcugen_clamp(mcugen_requantize_double(sum, layer->to_state), low, high);
}

static int8_t output(const mcugen_svdf_t *layer, int32_t sum) {
  const int32_t value = mcugen_requantize_double(sum, layer->to_output) + layer->zero_point;
  return (int8_t)mcugen_clamp(value, INT8_MIN, INT8_MAX);
}

// The whole state moves by one element; what slides in from the neighbour is overwritten.
#define SVDF(name, type, low, high)                                                   \
  void mcugen_svdf_##name(const mcugen_svdf_t *layer, const int8_t *in, type *state,  \
                          int8_t *out) {                                              \
    const uint32_t memory = layer->memory;                                            \
    const uint32_t elements = layer->batches * layer->filters * memory;               \
    memmove(state, state + 1, (elements - 1) * sizeof(*state));                       \
    for (uint32_t batch = 0; batch < layer->batches; ++batch, in += layer->inputs) {  \
      for (uint32_t i = 0; i < layer->filters; ++i) {                                 \
        type *of_filter = state + (batch * layer->filters + i) * memory;              \
        of_filter[memory - 1] =                                                       \
            (type)feature(layer, layer->features + i * layer->inputs, in, low, high); \
      }                                                                               \
      const type *step = state + batch * layer->filters * memory;                     \
      const type *weight = layer->time;                                               \
      for (uint32_t unit = 0; unit < layer->filters / layer->rank; ++unit) {          \
        int32_t sum = layer->bias[unit];                                              \
        for (uint32_t i = 0; i < layer->rank * memory; ++i) {                         \
          sum = mcugen_add(sum, *weight++ * (*step++ - layer->state_zero_point));     \
        }                                                                             \
        *out++ = output(layer, sum);                                                  \
      }                                                                               \
    }                                                                                 \
  }

SVDF(s8, int8_t, INT8_MIN, INT8_MAX)
SVDF(s16, int16_t, INT16_MIN, INT16_MAX)
