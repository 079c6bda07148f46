// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::BroadcastPrelu4DSlow of TFLite.
#include "prelu.h"

static void prelu_row(const void *params, mcugen_row_t row) {
  const mcugen_prelu_t *layer = params;
  for (uint32_t i = 0; i < row.count; ++i) {
    const int32_t x = *row.a - layer->zero_point_x;
    const int32_t scaled =
        x >= 0 ? mcugen_requantize_double(x, layer->above)
               : mcugen_requantize_double(x * (*row.b - layer->zero_point_alpha), layer->below);
    row.out[i] = (int8_t)mcugen_clamp(scaled + layer->zero_point, INT8_MIN, INT8_MAX);
    row.a += row.a_step;
    row.b += row.b_step;
  }
}

void mcugen_prelu(const mcugen_prelu_t *layer, const int8_t *x, const int8_t *alpha, int8_t *out) {
  mcugen_broadcast(&layer->shape, x, alpha, out, prelu_row, layer);
}

void mcugen_prelu_constant(const mcugen_prelu_t *layer, const int8_t *x, int8_t *out) {
  mcugen_prelu(layer, x, layer->constant, out);
}
