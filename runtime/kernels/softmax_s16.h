// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SOFTMAX over rows of int16 values with zero points 0, int16 out with scale 1/32768.
#ifndef MCUGEN_KERNELS_SOFTMAX_S16_H
#define MCUGEN_KERNELS_SOFTMAX_S16_H

#include <stdint.h>

#include "requantize.h"

enum { MCUGEN_LINES = 513 };

typedef struct {
  const int16_t *exponential;  // [MCUGEN_LINES] exp(x) in Q0.15 of x from -10 to 0
  const int16_t *reciprocal;   // [MCUGEN_LINES] 1 / (1 + x) in Q0.15 of x from 0 to 1
  uint32_t rows;
  uint32_t depth;       // values per row, at most 65535, so that their sum fits
  mcugen_requant_t by;  // from a difference of inputs to 1/65535 of 10
} mcugen_softmax_s16_t;

// `out` may be the same memory as `in`.
void mcugen_softmax_s16_double(const mcugen_softmax_s16_t *layer, const int16_t *in, int16_t *out);
void mcugen_softmax_s16_single(const mcugen_softmax_s16_t *layer, const int16_t *in, int16_t *out);

#endif
