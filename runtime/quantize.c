// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "quantize.h"

#include <stdbool.h>
#include <string.h>

// roundf, without the C library: to the nearest integer, half away from zero. The cut is exact, and
// so is what is left of it.
static float rounded(float value) {
  if (!(value > -8388608.0f && value < 8388608.0f)) {
    return value;  // an integer from 2^23 on, or NaN
  }
  const int32_t whole = (int32_t)value;
  const float rest = value - (float)whole;
  return (float)(whole + (rest >= 0.5f) - (rest <= -0.5f));
}

// value / scale, rounded half away from zero, plus the zero point, in the range of the type. Clamps
// before the conversion, because converting a float that does not fit is undefined. The first
// comparison is false for NaN.
static int32_t steps(float value, float scale, int32_t zero_point, int32_t low, int32_t high) {
  const float whole = rounded(value / scale) + (float)zero_point;
  if (!(whole > (float)low)) {
    return low;
  }
  return whole < (float)high ? (int32_t)whole : high;
}

void mcugen_quantize_int8(const float values[], int8_t quantized[], size_t count, float scale,
                          int32_t zero_point) {
  for (size_t i = 0; i < count; ++i) {
    quantized[i] = (int8_t)steps(values[i], scale, zero_point, INT8_MIN, INT8_MAX);
  }
}

void mcugen_dequantize_int8(const int8_t quantized[], float values[], size_t count, float scale,
                            int32_t zero_point) {
  for (size_t i = 0; i < count; ++i) {
    values[i] = scale * (float)(quantized[i] - zero_point);
  }
}

size_t mcugen_element_bytes(mcugen_dtype_t dtype) {
  switch (dtype) {
    case MCUGEN_INT16:
      return sizeof(int16_t);
    case MCUGEN_INT32:
    case MCUGEN_FLOAT32:
      return sizeof(int32_t);
    case MCUGEN_INT64:
      return sizeof(int64_t);
    case MCUGEN_INT8:
    case MCUGEN_UINT8:
    case MCUGEN_BOOL:
      break;
  }
  return 1;
}

static void put(const mcugen_tensor_t *tensor, float value, void *element) {
  switch (tensor->dtype) {
    case MCUGEN_UINT8: {
      const uint8_t q = (uint8_t)steps(value, tensor->scale, tensor->zero_point, 0, UINT8_MAX);
      memcpy(element, &q, sizeof(q));
      return;
    }
    case MCUGEN_INT16: {
      const int16_t q =
          (int16_t)steps(value, tensor->scale, tensor->zero_point, INT16_MIN, INT16_MAX);
      memcpy(element, &q, sizeof(q));
      return;
    }
    default:
      memcpy(element, &value, sizeof(value));
      return;
  }
}

void mcugen_tensor_put(const mcugen_tensor_t *tensor, const float values[], size_t count,
                       void *elements) {
  if (tensor->dtype == MCUGEN_INT8) {
    mcugen_quantize_int8(values, elements, count, tensor->scale, tensor->zero_point);
    return;
  }
  const size_t bytes = mcugen_element_bytes(tensor->dtype);
  for (size_t i = 0; i < count; ++i) {
    put(tensor, values[i], (uint8_t *)elements + i * bytes);
  }
}

// An integer of up to 8 bytes, little endian as every supported processor has it.
static int64_t integer_at(const uint8_t *element, size_t bytes, bool is_signed) {
  uint64_t bits = 0;
  memcpy(&bits, element, bytes);
  const uint64_t sign = UINT64_C(1) << (8 * bytes - 1);
  return is_signed && (bits & sign) != 0 ? (int64_t)(bits - sign) - (int64_t)(sign - 1) - 1
                                         : (int64_t)bits;
}

void mcugen_tensor_get(const mcugen_tensor_t *tensor, const void *elements, size_t first,
                       size_t count, float values[]) {
  const size_t bytes = mcugen_element_bytes(tensor->dtype);
  const uint8_t *at = (const uint8_t *)elements + first * bytes;
  if (tensor->dtype == MCUGEN_INT8 && tensor->scale > 0.0f) {
    mcugen_dequantize_int8((const int8_t *)at, values, count, tensor->scale, tensor->zero_point);
    return;
  }
  const bool is_signed = tensor->dtype != MCUGEN_UINT8 && tensor->dtype != MCUGEN_BOOL;
  for (size_t i = 0; i < count; ++i, at += bytes) {
    if (tensor->dtype == MCUGEN_FLOAT32) {
      memcpy(&values[i], at, sizeof(values[i]));
      continue;
    }
    const int64_t q = integer_at(at, bytes, is_signed);
    values[i] = tensor->scale > 0.0f ? tensor->scale * (float)(q - tensor->zero_point) : (float)q;
  }
}
