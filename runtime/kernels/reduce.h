// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Operators that make one value of many: reductions over any axes, the place of an extreme along
// one axis, sums that run along one axis, and rows divided by their length.
#ifndef MCUGEN_KERNELS_REDUCE_H
#define MCUGEN_KERNELS_REDUCE_H

#include <stdint.h>

#include "mean.h"
#include "requantize.h"

typedef struct mcugen_reduce mcugen_reduce_t;

// One output from the input elements at `in` and the steps of layer->summed.
typedef void mcugen_reduce_function_t(const mcugen_reduce_t *layer, const void *in, void *out);

struct mcugen_reduce {
  mcugen_reduce_function_t *function;
  mcugen_mean_axes_t kept;
  mcugen_mean_axes_t summed;
  uint32_t in_bytes;
  uint32_t out_bytes;
  float count;     // elements of a mean, 1 for sums
  int32_t offset;  // as mcugen_mean_t has these
  mcugen_requant_t by;
  int32_t zero_point;
};

void mcugen_reduce(const mcugen_reduce_t *layer, const void *in, void *out);

mcugen_reduce_function_t mcugen_reduce_max_s8, mcugen_reduce_min_s8;
mcugen_reduce_function_t mcugen_reduce_max_f32, mcugen_reduce_min_f32;
mcugen_reduce_function_t mcugen_reduce_sum_s8, mcugen_reduce_sum_s16, mcugen_reduce_sum_f32;
mcugen_reduce_function_t mcugen_reduce_all_bool;

// The input is `outer` parts of `size` rows of `inner` elements.
typedef struct {
  uint32_t outer;
  uint32_t size;
  uint32_t inner;
} mcugen_along_t;

// ARG_MAX and ARG_MIN: the first row with the largest or smallest element, for each place in a row.
void mcugen_arg_max_s8(const mcugen_along_t *layer, const int8_t *in, int32_t *out);
void mcugen_arg_min_s8(const mcugen_along_t *layer, const int8_t *in, int32_t *out);
void mcugen_arg_max_f32(const mcugen_along_t *layer, const float *in, int32_t *out);
void mcugen_arg_min_f32(const mcugen_along_t *layer, const float *in, int32_t *out);

// CUMSUM; exclusive: without the element itself; reverse: from the last row on.
typedef struct {
  mcugen_along_t along;
  uint32_t exclusive;
  uint32_t reverse;
  int32_t in_zero_point;
  mcugen_requant_t in_by;
  mcugen_requant_t by;
  int32_t zero_point;
} mcugen_cumsum_t;

void mcugen_cumsum_s8(const mcugen_cumsum_t *layer, const int8_t *in, int8_t *out);
void mcugen_cumsum_f32(const mcugen_cumsum_t *layer, const float *in, float *out);

// L2_NORMALIZATION: `rows` of `depth` elements, each divided by the square root of the sum of their
// squares. The output has scale 1/128 and zero point 0.
typedef struct {
  uint32_t rows;
  uint32_t depth;
  int32_t zero_point;
} mcugen_l2_normalization_t;

void mcugen_l2_normalization_s8(const mcugen_l2_normalization_t *layer, const int8_t *in,
                                int8_t *out);
void mcugen_l2_normalization_f32(const mcugen_l2_normalization_t *layer, const float *in,
                                 float *out);

#endif
