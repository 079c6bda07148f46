// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SOFTMAX over rows of int8 values, int8 out with scale 1/256 and zero point -128, all in integers.
#ifndef MCUGEN_KERNELS_SOFTMAX_H
#define MCUGEN_KERNELS_SOFTMAX_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  uint32_t rows;
  uint32_t depth;      // values per row, at most 4095, so that sums of Q12.19 fit
  int32_t multiplier;  // a difference times multiplier * 2^(left_shift - 31) is beta * x in Q5.26
  uint32_t left_shift;
  int32_t lowest;  // differences from the largest value below this one count as 0 (do not fit)
} mcugen_softmax_t;

// LOG_SOFTMAX: int8 out with scale 1/16 and zero point 127.
typedef struct {
  mcugen_softmax_t rows;
  mcugen_requant_t reverse;  // from Q5.26 back to a difference
} mcugen_log_softmax_t;

// `out` may be the same memory as `in`.
void mcugen_softmax(const mcugen_softmax_t *layer, const int8_t *in, int8_t *out);
void mcugen_softmax_s8_to_s16(const mcugen_softmax_t *layer, const int8_t *in, int16_t *out);

void mcugen_log_softmax(const mcugen_log_softmax_t *layer, const int8_t *in, int8_t *out);

#endif
