// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// float32 to int8 and back: real = scale * (int8 - zero_point).
#ifndef MCUGEN_KERNELS_QUANTIZE_FLOAT_H
#define MCUGEN_KERNELS_QUANTIZE_FLOAT_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  uint32_t count;  // elements
  float scale;
  int32_t zero_point;
} mcugen_quantize_t;

// To the nearest step, ties away from zero; what does not fit becomes -128 or 127, NaN -128.
// `out` may be the same memory as `in`.
void mcugen_quantize(const mcugen_quantize_t *layer, const float *in, int8_t *out);

void mcugen_dequantize(const mcugen_quantize_t *layer, const int8_t *in, float *out);
void mcugen_quantize_s16(const mcugen_quantize_t *layer, const float *in, int16_t *out);
void mcugen_dequantize_s16(const mcugen_quantize_t *layer, const int16_t *in, float *out);
void mcugen_dequantize_u8(const mcugen_quantize_t *layer, const uint8_t *in, float *out);

// QUANTIZE between integer types, of 1, 2 or 4 bytes.
typedef struct {
  uint32_t count;
  uint32_t in_bytes;
  uint32_t in_unsigned;
  uint32_t out_bytes;
  int32_t in_zero_point;
  mcugen_requant_t by;
  int32_t out_zero_point;
  int32_t low;
  int32_t high;
} mcugen_requantize_integers_t;

// May run in place where elements do not grow.
void mcugen_requantize_integers(const mcugen_requantize_integers_t *layer, const void *in,
                                void *out);

#endif
