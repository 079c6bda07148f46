// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_integer_ops::Mul of TFLite.
#include "mul.h"

static void mul_row(const void *params, mcugen_row_t row) {
  const mcugen_mul_t *layer = params;
  for (uint32_t i = 0; i < row.count; ++i) {
    const int32_t product = (*row.a - layer->zero_point_a) * (*row.b - layer->zero_point_b);
    const int32_t value = mcugen_requantize_double(product, layer->by) + layer->zero_point;
    row.out[i] = (int8_t)mcugen_clamp(value, layer->low, layer->high);
    row.a += row.a_step;
    row.b += row.b_step;
  }
}

void mcugen_mul(const mcugen_mul_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, mul_row, layer);
}

void mcugen_mul_constant(const mcugen_mul_t *layer, const int8_t *a, int8_t *out) {
  mcugen_mul(layer, a, layer->constant, out);
}
