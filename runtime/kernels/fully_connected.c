// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable FULLY_CONNECTED: equals reference_integer_ops::FullyConnected of TFLite.
#include "fully_connected.h"

static int32_t dot(const int8_t *weights, const int8_t *in, uint32_t depth, int32_t sum) {
  for (uint32_t k = 0; k < depth; ++k) {
    sum = mcugen_add(sum, weights[k] * in[k]);
  }
  return sum;
}

static inline void fully_connected(const mcugen_fully_connected_t *layer, const int8_t *in,
                                   int8_t *out, mcugen_rounding_t rounding) {
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    for (uint32_t row = 0; row < layer->rows; ++row) {
      const int32_t sum =
          dot(&layer->weights[row * layer->depth], in, layer->depth, layer->bias[row]);
      const mcugen_requant_t by = layer->requant[row * layer->requant_step];
      const int32_t value = mcugen_add(mcugen_requantize(sum, by, rounding), layer->zero_point);
      *out++ = (int8_t)mcugen_clamp(value, layer->low, layer->high);
    }
    in += layer->depth;
  }
}

void mcugen_fully_connected_double(const mcugen_fully_connected_t *layer, const int8_t *in,
                                   int8_t *out) {
  fully_connected(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_fully_connected_single(const mcugen_fully_connected_t *layer, const int8_t *in,
                                   int8_t *out) {
  fully_connected(layer, in, out, MCUGEN_ROUND_SINGLE);
}
