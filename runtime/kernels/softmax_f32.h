// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SOFTMAX and LOG_SOFTMAX over rows of float32 values, by the exp and log of the C library.
#ifndef MCUGEN_KERNELS_SOFTMAX_F32_H
#define MCUGEN_KERNELS_SOFTMAX_F32_H

#include <stdint.h>

typedef struct {
  uint32_t rows;
  uint32_t depth;
  float beta;
} mcugen_softmax_f32_t;

// `out` may be the same memory as `in`.
void mcugen_softmax_f32(const mcugen_softmax_f32_t *layer, const float *in, float *out);
void mcugen_log_softmax_f32(const mcugen_softmax_f32_t *layer, const float *in, float *out);

#endif
