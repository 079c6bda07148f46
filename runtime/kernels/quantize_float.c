// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::AffineQuantize and Dequantize of TFLite. The latter multiplies in double
// and rounds to float32; 24 bits of scale times 9 bits are exact there, so one float32 product is
// equal. Values of 2^31 steps and more, where AffineQuantize's conversion is undefined, saturate,
// as it does on Arm; on x86 it gives -2^31.
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

static int32_t quantize(float value, const mcugen_quantize_t *layer, int32_t low, int32_t high) {
  const float reach = 100000.0f;  // more than any zero point can bring back
  const float steps = value / layer->scale;
  if (!(steps > -reach)) {  // or NaN
    return low;
  }
  const int32_t rounded = round_half_away(steps < reach ? steps : reach) + layer->zero_point;
  return mcugen_clamp(rounded, low, high);
}

static float value_at(const uint8_t *bytes, uint32_t i) {
  float value;  // the memory may change its type while it is read
  memcpy(&value, &bytes[sizeof value * i], sizeof value);
  return value;
}

void mcugen_quantize(const mcugen_quantize_t *layer, const float *in, int8_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = (int8_t)quantize(value_at((const uint8_t *)in, i), layer, INT8_MIN, INT8_MAX);
  }
}

void mcugen_quantize_s16(const mcugen_quantize_t *layer, const float *in, int16_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = (int16_t)quantize(value_at((const uint8_t *)in, i), layer, INT16_MIN, INT16_MAX);
  }
}

void mcugen_dequantize(const mcugen_quantize_t *layer, const int8_t *in, float *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = layer->scale * (float)(in[i] - layer->zero_point);
  }
}

void mcugen_dequantize_s16(const mcugen_quantize_t *layer, const int16_t *in, float *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = layer->scale * (float)(in[i] - layer->zero_point);
  }
}

void mcugen_dequantize_u8(const mcugen_quantize_t *layer, const uint8_t *in, float *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = layer->scale * (float)(in[i] - layer->zero_point);
  }
}

// An element of 1, 2 or 4 bytes.
static int32_t integer_at(const uint8_t *in, uint32_t bytes, uint32_t is_unsigned, uint32_t i) {
  if (bytes == 1) {
    return is_unsigned != 0 ? in[i] : (int8_t)in[i];
  }
  if (bytes == 2) {
    int16_t half;
    memcpy(&half, in + 2 * i, sizeof(half));
    return half;
  }
  int32_t whole;
  memcpy(&whole, in + 4 * i, sizeof(whole));
  return whole;
}

void mcugen_requantize_integers(const mcugen_requantize_integers_t *layer, const void *in,
                                void *out) {
  uint8_t *to = out;
  for (uint32_t i = 0; i < layer->count; ++i) {
    const int32_t x = integer_at(in, layer->in_bytes, layer->in_unsigned, i);
    const int32_t scaled = mcugen_requantize_double(x - layer->in_zero_point, layer->by);
    const int32_t value =
        mcugen_clamp(mcugen_add(scaled, layer->out_zero_point), layer->low, layer->high);
    memcpy(to + i * layer->out_bytes, &value, layer->out_bytes);  // little endian
  }
}
