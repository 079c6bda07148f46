// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Between float features and the tensors of a model: real = scale * (q - zero_point).
#ifndef MCUGEN_QUANTIZE_H
#define MCUGEN_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"

// q = value / scale, rounded half away from zero, plus zero_point, clamped to int8; all in float32,
// as the MLPerf Tiny reference firmware and mcugen.features.reference.quantize. NaN becomes -128.
void mcugen_quantize_int8(const float values[], int8_t quantized[], size_t count, float scale,
                          int32_t zero_point);

// value = scale * (q - zero_point): the difference is exact, the product rounds once.
void mcugen_dequantize_int8(const int8_t quantized[], float values[], size_t count, float scale,
                            int32_t zero_point);

// Bytes of one element.
size_t mcugen_element_bytes(mcugen_dtype_t dtype);

// `count` values as elements of a tensor: int8, uint8 and int16 as above, float32 as they are.
void mcugen_tensor_put(const mcugen_tensor_t *tensor, const float values[], size_t count,
                       void *elements);

// Elements `first` to first + count of a tensor as values; those without a scale as they are.
void mcugen_tensor_get(const mcugen_tensor_t *tensor, const void *elements, size_t first,
                       size_t count, float values[]);

#endif
