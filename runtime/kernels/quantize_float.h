// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// float32 to int8 and back: real = scale * (int8 - zero_point).
#ifndef MCUGEN_KERNELS_QUANTIZE_FLOAT_H
#define MCUGEN_KERNELS_QUANTIZE_FLOAT_H

#include <stdint.h>

typedef struct {
  uint32_t count;  // elements
  float scale;
  int32_t zero_point;
} mcugen_quantize_t;

// To the nearest step, ties away from zero; what does not fit becomes -128 or 127, NaN -128.
// `out` may be the same memory as `in`.
void mcugen_quantize(const mcugen_quantize_t *layer, const float *in, int8_t *out);

void mcugen_dequantize(const mcugen_quantize_t *layer, const int8_t *in, float *out);

#endif
