// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "quantize.h"

#include <math.h>

// Clamps before the conversion, because converting a float that does not fit is undefined. The
// first comparison is false for NaN.
static int8_t saturate(float value) {
  if (!(value > -128.0f)) {
    return INT8_MIN;
  }
  return value < 127.0f ? (int8_t)value : INT8_MAX;
}

void mcugen_quantize_int8(const float values[], int8_t quantized[], size_t count, float scale,
                          int32_t zero_point) {
  for (size_t i = 0; i < count; ++i) {
    quantized[i] = saturate(roundf(values[i] / scale) + (float)zero_point);
  }
}

void mcugen_dequantize_int8(const int8_t quantized[], float values[], size_t count, float scale,
                            int32_t zero_point) {
  for (size_t i = 0; i < count; ++i) {
    values[i] = scale * (float)(quantized[i] - zero_point);
  }
}
