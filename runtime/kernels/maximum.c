// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "maximum.h"

static void maximum_row(const void *layer, mcugen_row_t row) {
  (void)layer;
  for (uint32_t i = 0; i < row.count; ++i) {
    row.out[i] = *row.a > *row.b ? *row.a : *row.b;
    row.a += row.a_step;
    row.b += row.b_step;
  }
}

static void minimum_row(const void *layer, mcugen_row_t row) {
  (void)layer;
  for (uint32_t i = 0; i < row.count; ++i) {
    row.out[i] = *row.a < *row.b ? *row.a : *row.b;
    row.a += row.a_step;
    row.b += row.b_step;
  }
}

void mcugen_maximum(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, maximum_row, layer);
}

void mcugen_minimum(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, minimum_row, layer);
}

void mcugen_maximum_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out) {
  mcugen_maximum(layer, a, layer->constant, out);
}

void mcugen_minimum_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out) {
  mcugen_minimum(layer, a, layer->constant, out);
}
