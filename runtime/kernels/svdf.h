// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SVDF: a matrix over the features of this step, then one filter per row over the last steps.
#ifndef MCUGEN_KERNELS_SVDF_H
#define MCUGEN_KERNELS_SVDF_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  const int8_t *features;  // [filters][inputs]
  const void *time;        // [filters][memory], of the state's type
  const int32_t *bias;     // [filters / rank]
  uint32_t batches;
  uint32_t inputs;
  uint32_t filters;
  uint32_t rank;  // filters that are added up to one output
  uint32_t memory;
  int32_t in_zero_point;
  mcugen_requant_t to_state;
  int32_t state_zero_point;
  mcugen_requant_t to_output;
  int32_t zero_point;
} mcugen_svdf_t;

// `state` is [batches][filters][memory], the newest step last.
void mcugen_svdf_s8(const mcugen_svdf_t *layer, const int8_t *in, int8_t *state, int8_t *out);
void mcugen_svdf_s16(const mcugen_svdf_t *layer, const int8_t *in, int16_t *state, int8_t *out);

#endif
