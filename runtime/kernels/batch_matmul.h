// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// BATCH_MATMUL: for each batch out[row][column] = sum of a[row][i] * b[i][column]. Steps, in
// elements, say how the operands lie, transposed and repeated ones included.
#ifndef MCUGEN_KERNELS_BATCH_MATMUL_H
#define MCUGEN_KERNELS_BATCH_MATMUL_H

#include <stdint.h>

#include "requantize.h"

enum { MCUGEN_BATCH_AXES = 3 };

typedef struct {
  const void *constant;  // operand b of the functions that end in _constant
  uint32_t swapped;      // 1: the constant is the first operand
  uint32_t batches[MCUGEN_BATCH_AXES];
  uint32_t a_batch_steps[MCUGEN_BATCH_AXES];  // of the operator's first operand
  uint32_t b_batch_steps[MCUGEN_BATCH_AXES];
  uint32_t rows;
  uint32_t depth;
  uint32_t columns;
  uint32_t a_row_step;
  uint32_t a_step;  // along the sum
  uint32_t b_column_step;
  uint32_t b_step;
  int32_t a_zero_point;
  int32_t b_zero_point;
  mcugen_requant_t by;
  int32_t zero_point;
} mcugen_batch_matmul_t;

void mcugen_batch_matmul_s8(const mcugen_batch_matmul_t *layer, const int8_t *a, const int8_t *b,
                            int8_t *out);
void mcugen_batch_matmul_s8_constant(const mcugen_batch_matmul_t *layer, const int8_t *a,
                                     int8_t *out);
void mcugen_batch_matmul_s16(const mcugen_batch_matmul_t *layer, const int16_t *a, const int16_t *b,
                             int16_t *out);
void mcugen_batch_matmul_s16_constant(const mcugen_batch_matmul_t *layer, const int16_t *a,
                                      int16_t *out);
void mcugen_batch_matmul_f32(const mcugen_batch_matmul_t *layer, const float *a, const float *b,
                             float *out);
void mcugen_batch_matmul_f32_constant(const mcugen_batch_matmul_t *layer, const float *a,
                                      float *out);

#endif
