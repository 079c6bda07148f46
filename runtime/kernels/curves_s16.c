// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals Logistic and Tanh of TFLite's reference_integer_ops for int16.
#include "curves_s16.h"

#include "curves_s16_value.h"

void mcugen_logistic_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = mcugen_logistic_value(layer, in[i]);
  }
}

void mcugen_tanh_s16_curve(const mcugen_curves_s16_t *layer, const int16_t *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = mcugen_tanh_value(layer, in[i]);
  }
}
