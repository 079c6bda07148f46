// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The portable ADD and SUB: equal reference_integer_ops::Add and reference_ops::Sub of TFLite.
#include "add.h"

enum { INPUT_SHIFT = 20 };

static int32_t scaled(const mcugen_addend_t *addend, int32_t value) {
  const int32_t shifted = (value - addend->zero_point) * (1 << INPUT_SHIFT);
  return addend->sign * mcugen_requantize_double(shifted, addend->by);
}

static void add_row(const void *params, mcugen_row_t row) {
  const mcugen_add_t *layer = params;
  for (uint32_t i = 0; i < row.count; ++i) {
    const int32_t sum = scaled(&layer->a, *row.a) + scaled(&layer->b, *row.b);
    const int32_t value = mcugen_requantize_double(sum, layer->by) + layer->zero_point;
    row.out[i] = (int8_t)mcugen_clamp(value, layer->low, layer->high);
    row.a += row.a_step;
    row.b += row.b_step;
  }
}

void mcugen_add_s8(const mcugen_add_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, add_row, layer);
}

void mcugen_add_s8_constant(const mcugen_add_t *layer, const int8_t *a, int8_t *out) {
  mcugen_add_s8(layer, a, layer->constant, out);
}
