// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Operators that compute element by element, of every type that has no kernel of its own. One walk
// over two operands, either of which may be repeated; a function computes a row.
#ifndef MCUGEN_KERNELS_ARITHMETIC_H
#define MCUGEN_KERNELS_ARITHMETIC_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.h"
#include "requantize.h"

// What an operand is scaled by, as requantize((x - zero_point) * 2^left_shift).
typedef struct {
  int32_t zero_point;
  mcugen_requant_t by;
} mcugen_operand_t;

typedef struct mcugen_binary mcugen_binary_t;

// Elements that a step leads to; 0 where the operand stays.
typedef struct {
  const void *a;
  const void *b;
  void *out;
  uint32_t a_step;
  uint32_t b_step;
  uint32_t count;
} mcugen_binary_row_t;

typedef void mcugen_binary_function_t(const mcugen_binary_t *layer, const mcugen_binary_row_t *row);

struct mcugen_binary {
  mcugen_binary_function_t *function;
  mcugen_broadcast_t shape;  // steps in elements
  const void *constant;      // operand b of mcugen_binary_constant
  uint32_t swapped;          // 1: b is the operator's first operand
  uint32_t bytes;            // of an element of the operands
  uint32_t out_bytes;
  float low;  // of a fused activation over floats
  float high;
  int32_t left_shift;  // the rest is for quantised types
  mcugen_operand_t a;  // the first operand's, the second one's
  mcugen_operand_t b;
  mcugen_operand_t result;
  int32_t smallest;
  int32_t largest;
};

// `out` may be the same memory as an operand that is not repeated and has elements of its size.
void mcugen_binary(const mcugen_binary_t *layer, const void *a, const void *b, void *out);
void mcugen_binary_constant(const mcugen_binary_t *layer, const void *a, void *out);

mcugen_binary_function_t mcugen_add_f32, mcugen_sub_f32, mcugen_mul_f32, mcugen_div_f32;
mcugen_binary_function_t mcugen_maximum_f32, mcugen_minimum_f32, mcugen_squared_difference_f32;
mcugen_binary_function_t mcugen_floor_div_f32, mcugen_floor_mod_f32, mcugen_prelu_f32;
mcugen_binary_function_t mcugen_add_s32, mcugen_sub_s32, mcugen_mul_s32, mcugen_div_s32;
mcugen_binary_function_t mcugen_maximum_s32, mcugen_minimum_s32, mcugen_squared_difference_s32;
mcugen_binary_function_t mcugen_maximum_s64, mcugen_minimum_s64;
mcugen_binary_function_t mcugen_maximum_s16, mcugen_minimum_s16;
mcugen_binary_function_t mcugen_equal_f32, mcugen_not_equal_f32, mcugen_greater_f32;
mcugen_binary_function_t mcugen_greater_equal_f32, mcugen_less_f32, mcugen_less_equal_f32;
mcugen_binary_function_t mcugen_equal_s32, mcugen_not_equal_s32, mcugen_greater_s32;
mcugen_binary_function_t mcugen_greater_equal_s32, mcugen_less_s32, mcugen_less_equal_s32;
mcugen_binary_function_t mcugen_equal_s64, mcugen_not_equal_s64, mcugen_greater_s64;
mcugen_binary_function_t mcugen_greater_equal_s64, mcugen_less_s64, mcugen_less_equal_s64;
mcugen_binary_function_t mcugen_equal_s8, mcugen_not_equal_s8, mcugen_greater_s8;
mcugen_binary_function_t mcugen_greater_equal_s8, mcugen_less_s8, mcugen_less_equal_s8;
mcugen_binary_function_t mcugen_equal_bool, mcugen_not_equal_bool;
mcugen_binary_function_t mcugen_logical_and_bool, mcugen_logical_or_bool;
mcugen_binary_function_t mcugen_add_s16, mcugen_sub_s16, mcugen_mul_s16;
mcugen_binary_function_t mcugen_squared_difference_s8, mcugen_squared_difference_s16;
mcugen_binary_function_t mcugen_div_s8, mcugen_prelu_s16;

// out = function(in, alpha), float32 by float32; may run in place.
typedef struct {
  float (*function)(float value, float alpha);
  uint32_t count;
  float alpha;
} mcugen_unary_t;

void mcugen_unary(const mcugen_unary_t *layer, const float *in, float *out);

float mcugen_abs_f32(float x, float alpha);
float mcugen_ceil_f32(float x, float alpha);
float mcugen_cos_f32(float x, float alpha);
float mcugen_elu_f32(float x, float alpha);
float mcugen_exp_f32(float x, float alpha);
float mcugen_floor_f32(float x, float alpha);
float mcugen_hard_swish_f32(float x, float alpha);
float mcugen_leaky_relu_f32(float x, float alpha);
float mcugen_log_f32(float x, float alpha);
float mcugen_logistic_f32(float x, float alpha);
float mcugen_neg_f32(float x, float alpha);
float mcugen_relu_f32(float x, float alpha);
float mcugen_relu6_f32(float x, float alpha);
float mcugen_round_f32(float x, float alpha);
float mcugen_rsqrt_f32(float x, float alpha);
float mcugen_sin_f32(float x, float alpha);
float mcugen_sqrt_f32(float x, float alpha);
float mcugen_square_f32(float x, float alpha);
float mcugen_tanh_f32(float x, float alpha);

// CAST. A type is its size in bytes and what it is.
typedef enum {
  MCUGEN_KIND_SIGNED,
  MCUGEN_KIND_UNSIGNED,
  MCUGEN_KIND_FLOAT,
  MCUGEN_KIND_BOOL
} mcugen_kind_t;

typedef struct {
  uint32_t count;
  mcugen_kind_t from;
  uint32_t from_bytes;
  mcugen_kind_t to;
  uint32_t to_bytes;
} mcugen_cast_t;

// Floats lose their fraction; those that do not fit become the nearest value that does, NaN 0.
void mcugen_cast(const mcugen_cast_t *layer, const void *in, void *out);

// SELECT_V2: out = condition ? a : b; steps in elements, 0 where an operand is repeated.
typedef struct {
  uint32_t sizes[MCUGEN_BROADCAST_AXES];
  uint32_t condition_steps[MCUGEN_BROADCAST_AXES];
  uint32_t a_steps[MCUGEN_BROADCAST_AXES];
  uint32_t b_steps[MCUGEN_BROADCAST_AXES];
  uint32_t bytes;
  const void *condition_constant;  // NULL where it is computed, and so are a and b
  const void *a_constant;
  const void *b_constant;
} mcugen_select_t;

// Computed operands in the order of the operator; those that are constants are left out.
void mcugen_select_1(const mcugen_select_t *layer, const void *x, void *out);
void mcugen_select_2(const mcugen_select_t *layer, const void *x, const void *y, void *out);
void mcugen_select_3(const mcugen_select_t *layer, const void *x, const void *y, const void *z,
                     void *out);

#endif
