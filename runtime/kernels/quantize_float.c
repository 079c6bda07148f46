// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::AffineQuantize and Dequantize of TFLite. The latter multiplies in double
// and rounds to float32; 24 bits of scale times 9 bits are exact there, so one float32 product is
// equal.
#include "quantize_float.h"

#include <string.h>

#include "requantize.h"

// roundf for |value| < 2^23, without the C library.
static int32_t round_half_away(float value) {
  const int32_t whole = (int32_t)value;
  const float rest = value - (float)whole;
  if (rest >= 0.5f) {
    return whole + 1;
  }
  return rest <= -0.5f ? whole - 1 : whole;
}

static int8_t quantize(float value, const mcugen_quantize_t *layer) {
  const float reach = 1000.0f;  // more than any zero point can bring back
  const float steps = value / layer->scale;
  if (!(steps > -reach)) {  // or NaN
    return INT8_MIN;
  }
  const int32_t rounded = round_half_away(steps < reach ? steps : reach) + layer->zero_point;
  return (int8_t)mcugen_clamp(rounded, INT8_MIN, INT8_MAX);
}

void mcugen_quantize(const mcugen_quantize_t *layer, const float *in, int8_t *out) {
  const uint8_t *bytes = (const uint8_t *)in;  // the memory may change its type while it is read
  for (uint32_t i = 0; i < layer->count; ++i) {
    float value;
    memcpy(&value, &bytes[sizeof value * i], sizeof value);
    out[i] = quantize(value, layer);
  }
}

void mcugen_dequantize(const mcugen_quantize_t *layer, const int8_t *in, float *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = layer->scale * (float)(in[i] - layer->zero_point);
  }
}
