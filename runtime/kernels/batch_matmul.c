// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals reference_ops::BatchMatMul of TFLite.
#include "batch_matmul.h"

static int32_t result(const mcugen_batch_matmul_t *layer, int32_t sum) {
  const int32_t value = mcugen_requantize_double(sum, layer->by) + layer->zero_point;
  return mcugen_clamp(value, INT8_MIN, INT8_MAX);
}

static uint32_t place(const uint32_t steps[], uint32_t i, uint32_t j, uint32_t k) {
  return i * steps[0] + j * steps[1] + k * steps[2];
}

static int32_t result_s16(const mcugen_batch_matmul_t *layer, int64_t sum) {
  return mcugen_clamp(mcugen_requantize_wide(sum, layer->by), INT16_MIN, INT16_MAX);
}

#define BATCH_MATMUL(name, type, sum_type, x, y, value)                                         \
  static type *matrix_##name(const mcugen_batch_matmul_t *layer, const type *a, const type *b,  \
                             type *out) {                                                       \
    for (uint32_t row = 0; row < layer->rows; ++row) {                                          \
      for (uint32_t column = 0; column < layer->columns; ++column) {                            \
        const type *pa = a + row * layer->a_row_step;                                           \
        const type *pb = b + column * layer->b_column_step;                                     \
        sum_type sum = 0;                                                                       \
        for (uint32_t i = 0; i < layer->depth; ++i) {                                           \
          sum += (x) * (y);                                                                     \
          pa += layer->a_step;                                                                  \
          pb += layer->b_step;                                                                  \
        }                                                                                       \
        *out++ = (type)(value);                                                                 \
      }                                                                                         \
    }                                                                                           \
    return out;                                                                                 \
  }                                                                                             \
                                                                                                \
  void mcugen_batch_matmul_##name(const mcugen_batch_matmul_t *layer, const type *a,            \
                                  const type *b, type *out) {                                   \
    const uint32_t *batches = layer->batches;                                                   \
    for (uint32_t i = 0; i < batches[0]; ++i) {                                                 \
      for (uint32_t j = 0; j < batches[1]; ++j) {                                               \
        for (uint32_t k = 0; k < batches[2]; ++k) {                                             \
          out = matrix_##name(layer, a + place(layer->a_batch_steps, i, j, k),                  \
                              b + place(layer->b_batch_steps, i, j, k), out);                   \
        }                                                                                       \
      }                                                                                         \
    }                                                                                           \
  }                                                                                             \
                                                                                                \
  void mcugen_batch_matmul_##name##_constant(const mcugen_batch_matmul_t *layer, const type *a, \
                                             type *out) {                                       \
    const type *constant = layer->constant;                                                     \
    mcugen_batch_matmul_##name(layer, layer->swapped != 0 ? constant : a,                       \
                               layer->swapped != 0 ? a : constant, out);                        \
  }

BATCH_MATMUL(s8, int8_t, int32_t, *pa - layer->a_zero_point, *pb - layer->b_zero_point,
             result(layer, sum))
BATCH_MATMUL(s16, int16_t, int64_t, *pa, *pb, result_s16(layer, sum))
BATCH_MATMUL(f32, float, float, *pa, *pb, sum)
