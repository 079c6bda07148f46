// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals Logistic and Tanh of TFLite's reference_integer_ops for int16.
#include "curves_s16.h"

#include <stdbool.h>

#include "curve.h"

enum { LINES_TO_EACH_SIDE = 255, SIGMOID_BITS = 9, TANH_BITS = 8 };

static int32_t position(const mcugen_curves_s16_t *layer, int16_t x) {
  const int32_t half = layer->shift > 0 ? 1 << (layer->shift - 1) : 0;
  return (x * layer->multiplier + half) >> layer->shift;
}

static uint32_t line(int32_t x, uint32_t bits) {
  return (uint32_t)(x < 0 ? -x : x) >> bits;
}

void mcugen_logistic_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  const int16_t *middle = layer->curve + 512;
  for (uint32_t i = 0; i < layer->count; ++i) {
    const int32_t x = position(layer, in[i]);
    const int32_t outside = x < 0 ? 1 : INT16_MAX;
    const bool inside = line(x, SIGMOID_BITS) < LINES_TO_EACH_SIDE;
    out[i] = (int16_t)(inside ? mcugen_sigmoid_s16(middle, x) : outside);
  }
}

void mcugen_tanh_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  const int16_t *middle = layer->curve + 512;
  for (uint32_t i = 0; i < layer->count; ++i) {
    const int32_t x = position(layer, in[i]);
    // TFLite's ends: 65535 in place of the curve's last node.
    const int32_t end = (0xFFFF << TANH_BITS) - (1 << 23);
    const int32_t outside = x < 0 ? (-end + (1 << 7) - 1) >> 8 : (end + (1 << 7)) >> 8;
    out[i] = (int16_t)(line(x, TANH_BITS) < LINES_TO_EACH_SIDE
                           ? mcugen_on_curve(middle, x, TANH_BITS, 1 << 7) >> 8
                           : outside);
  }
}
