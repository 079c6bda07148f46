// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD_N: the sum of several tensors of one shape, one call for each and one that ends.
#ifndef MCUGEN_KERNELS_ADD_N_H
#define MCUGEN_KERNELS_ADD_N_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  uint32_t count;
  int32_t start;  // what sums begin with; sums fit 12 bits
  mcugen_requant_t by;
  int32_t zero_point;
} mcugen_add_n_t;

void mcugen_add_n_s8_begin(const mcugen_add_n_t *layer, const int8_t *in, void *sums);
void mcugen_add_n_s8_more(const mcugen_add_n_t *layer, const int8_t *in, void *sums);
void mcugen_add_n_s8_end(const mcugen_add_n_t *layer, int8_t *out, const void *sums);

void mcugen_add_n_f32_begin(const mcugen_add_n_t *layer, const float *in, void *sums);
void mcugen_add_n_f32_more(const mcugen_add_n_t *layer, const float *in, void *sums);
void mcugen_add_n_f32_end(const mcugen_add_n_t *layer, float *out, const void *sums);

#endif
