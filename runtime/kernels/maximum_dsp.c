// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MAXIMUM and MINIMUM for cores with DSP instructions: four elements per turn.
#include "maximum.h"

#include "broadcast_dsp.h"

MCUGEN_INLINE uint32_t maximum_four(const void *layer, uint32_t a, uint32_t b) {
  (void)layer;
  return mcugen_max_s8x4(a, b);
}

MCUGEN_INLINE uint32_t minimum_four(const void *layer, uint32_t a, uint32_t b) {
  (void)layer;
  return mcugen_min_s8x4(a, b);
}

static void maximum_row(const void *layer, mcugen_row_t row) {
  mcugen_row_by_words(layer, row, maximum_four);
}

static void minimum_row(const void *layer, mcugen_row_t row) {
  mcugen_row_by_words(layer, row, minimum_four);
}

void mcugen_maximum_dsp(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b,
                        int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, maximum_row, layer);
}

void mcugen_minimum_dsp(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b,
                        int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, minimum_row, layer);
}

void mcugen_maximum_dsp_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out) {
  mcugen_maximum_dsp(layer, a, layer->constant, out);
}

void mcugen_minimum_dsp_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out) {
  mcugen_minimum_dsp(layer, a, layer->constant, out);
}
