// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals the reference_ops of TFLite that are named as these functions. expf, logf, sinf, cosf,
// tanhf and expm1f are those of the C library, which differ in the last bit from one to the next.
#include "arithmetic.h"

#include <math.h>
#include <string.h>

#include "fixed_point.h"

void mcugen_binary(const mcugen_binary_t *layer, const void *a, const void *b, void *out) {
  const uint32_t *sizes = layer->shape.sizes;
  const uint32_t *sa = layer->shape.a_steps;
  const uint32_t *sb = layer->shape.b_steps;
  mcugen_binary_row_t row = {.out = out, .count = sizes[4]};
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      for (uint32_t k = 0; k < sizes[2]; ++k) {
        for (uint32_t l = 0; l < sizes[3]; ++l) {
          const uint32_t at_a = i * sa[0] + j * sa[1] + k * sa[2] + l * sa[3];
          const uint32_t at_b = i * sb[0] + j * sb[1] + k * sb[2] + l * sb[3];
          const void *pa = (const uint8_t *)a + at_a * layer->bytes;
          const void *pb = (const uint8_t *)b + at_b * layer->bytes;
          row.a = layer->swapped != 0 ? pb : pa;
          row.b = layer->swapped != 0 ? pa : pb;
          row.a_step = layer->swapped != 0 ? sb[4] : sa[4];
          row.b_step = layer->swapped != 0 ? sa[4] : sb[4];
          layer->function(layer, &row);
          row.out = (uint8_t *)row.out + row.count * layer->out_bytes;
        }
      }
    }
  }
}

void mcugen_binary_constant(const mcugen_binary_t *layer, const void *a, void *out) {
  mcugen_binary(layer, a, layer->constant, out);
}

// A row function: `result` of x and y, the operands' elements.
#define ROW(name, type, out_type, result)                                            \
  void mcugen_##name(const mcugen_binary_t *layer, const mcugen_binary_row_t *row) { \
    const type *a = row->a;                                                          \
    const type *b = row->b;                                                          \
    out_type *out = row->out;                                                        \
    (void)layer;                                                                     \
    for (uint32_t i = 0; i < row->count; ++i, a += row->a_step, b += row->b_step) {  \
      const type x = *a;                                                             \
      const type y = *b;                                                             \
      out[i] = (out_type)(result);                                                   \
    }                                                                                \
  }

static float clamped(const mcugen_binary_t *layer, float value) {
  const float raised = value < layer->low ? layer->low : value;
  return layer->high < raised ? layer->high : raised;
}

static float floor_mod(float x, float y) {
  const float rest = fmodf(x, y);
  return rest != 0.0f && (y < 0.0f) != (rest < 0.0f) ? rest + y : rest;
}

ROW(add_f32, float, float, clamped(layer, x + y))
ROW(sub_f32, float, float, clamped(layer, x - y))
ROW(mul_f32, float, float, clamped(layer, x *y))
ROW(div_f32, float, float, clamped(layer, x / y))
ROW(maximum_f32, float, float, x > y ? x : y)
ROW(minimum_f32, float, float, x < y ? x : y)
ROW(squared_difference_f32, float, float, (x - y) * (x - y))
ROW(floor_div_f32, float, float, floorf(x / y))
ROW(floor_mod_f32, float, float, floor_mod(x, y))
ROW(prelu_f32, float, float, x >= 0.0f ? x : x * y)

// Modulo 2^32, as the processor computes.
static int32_t times(int32_t x, int32_t y) { return (int32_t)((uint32_t)x * (uint32_t)y); }
static int32_t less(int32_t x, int32_t y) { return (int32_t)((uint32_t)x - (uint32_t)y); }

// TFLite leaves a division by zero undefined.
static int32_t divided(int32_t x, int32_t y) { return y == 0 ? 0 : y == -1 ? less(0, x) : x / y; }

static int32_t limited(const mcugen_binary_t *layer, int32_t value) {
  return mcugen_clamp(value, layer->smallest, layer->largest);
}

ROW(add_s32, int32_t, int32_t, limited(layer, mcugen_add(x, y)))
ROW(sub_s32, int32_t, int32_t, limited(layer, less(x, y)))
ROW(mul_s32, int32_t, int32_t, limited(layer, times(x, y)))
ROW(div_s32, int32_t, int32_t, limited(layer, divided(x, y)))
ROW(squared_difference_s32, int32_t, int32_t, times(less(x, y), less(x, y)))

#define EXTREMES(suffix, type)                     \
  ROW(maximum_##suffix, type, type, x > y ? x : y) \
  ROW(minimum_##suffix, type, type, x < y ? x : y)

EXTREMES(s16, int16_t)
EXTREMES(s32, int32_t)
EXTREMES(s64, int64_t)

#define COMPARISONS(suffix, type)                    \
  ROW(equal_##suffix, type, uint8_t, x == y)         \
  ROW(not_equal_##suffix, type, uint8_t, x != y)     \
  ROW(greater_##suffix, type, uint8_t, x > y)        \
  ROW(greater_equal_##suffix, type, uint8_t, x >= y) \
  ROW(less_##suffix, type, uint8_t, x < y)           \
  ROW(less_equal_##suffix, type, uint8_t, x <= y)

COMPARISONS(f32, float)
COMPARISONS(s32, int32_t)
COMPARISONS(s64, int64_t)
ROW(equal_bool, uint8_t, uint8_t, x == y)
ROW(not_equal_bool, uint8_t, uint8_t, x != y)
ROW(logical_and_bool, uint8_t, uint8_t, x != 0 && y != 0)
ROW(logical_or_bool, uint8_t, uint8_t, x != 0 || y != 0)

// A quantised operand on the scale that both share.
static int32_t shared(const mcugen_binary_t *layer, const mcugen_operand_t *operand, int32_t x) {
  const int32_t centred = (x - operand->zero_point) * (1 << layer->left_shift);
  return mcugen_requantize_double(centred, operand->by);
}

#define A shared(layer, &layer->a, x)
#define B shared(layer, &layer->b, y)

ROW(equal_s8, int8_t, uint8_t, A == B)
ROW(not_equal_s8, int8_t, uint8_t, A != B)
ROW(greater_s8, int8_t, uint8_t, A > B)
ROW(greater_equal_s8, int8_t, uint8_t, A >= B)
ROW(less_s8, int8_t, uint8_t, A < B)
ROW(less_equal_s8, int8_t, uint8_t, A <= B)

static int32_t result(const mcugen_binary_t *layer, int32_t value) {
  const int32_t scaled = mcugen_requantize_double(value, layer->result.by);
  return limited(layer, scaled + layer->result.zero_point);
}

// Values are scaled by a, those below 0 times their slope by the result.
static int32_t sloped(const mcugen_binary_t *layer, int32_t x, int32_t slope) {
  const int32_t value = x - layer->a.zero_point;
  if (value < 0) {
    return result(layer, value * (slope - layer->b.zero_point));
  }
  return limited(layer, mcugen_requantize_double(value, layer->a.by) + layer->result.zero_point);
}

static int32_t square(int32_t value) { return times(value, value); }

ROW(add_s16, int16_t, int16_t, result(layer, A + B))
ROW(sub_s16, int16_t, int16_t, result(layer, A - B))
ROW(mul_s16, int16_t, int16_t, result(layer, (x - layer->a.zero_point) * (y - layer->b.zero_point)))
ROW(prelu_s16, int16_t, int16_t, sloped(layer, x, y))
ROW(squared_difference_s8, int8_t, int8_t, result(layer, square(A - B)))
ROW(squared_difference_s16, int16_t, int16_t, result(layer, square(A - B)))

// Division by zero, which TFLite forbids, gives the zero point.
static int32_t quotient(const mcugen_binary_t *layer, int32_t x, int32_t y) {
  int32_t a = x - layer->a.zero_point;
  int32_t b = y - layer->b.zero_point;
  if (b == 0) {
    return limited(layer, layer->result.zero_point);
  }
  if (b < 0) {
    a = -a;
    b = -b;
  }
  // 1 / b = inverse / 2^digits, as TFLite's GetReciprocal.
  const uint32_t zeros = mcugen_leading_zeros((uint32_t)b);
  const int32_t digits = 31 - (int32_t)zeros;
  const int32_t fraction = (int32_t)(((uint32_t)b << zeros) - (UINT32_C(1) << 31));
  const int32_t inverse = mcugen_reciprocal(fraction);
  const int32_t headroom = (int32_t)mcugen_leading_zeros((uint32_t)(a < 0 ? ~a : a)) - 1;
  const int32_t unscaled = mcugen_multiply(mcugen_shift_left(a, (uint32_t)headroom), inverse);
  const int32_t shift = layer->result.by.shift - digits - headroom;
  const int32_t high = mcugen_multiply(unscaled, layer->result.by.multiplier);
  const int32_t scaled = shift < -31 ? 0 : mcugen_divide_by_power(high, (uint32_t)-shift);
  return limited(layer, scaled + layer->result.zero_point);
}

ROW(div_s8, int8_t, int8_t, quotient(layer, x, y))

// --- one operand ---------------------------------------------------------------------------------

void mcugen_unary(const mcugen_unary_t *layer, const float *in, float *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = layer->function(in[i], layer->alpha);
  }
}

#define UNARY(name, value)                          \
  float mcugen_##name##_f32(float x, float alpha) { \
    (void)alpha;                                    \
    return value;                                   \
  }

// Ties to even.
static float rounded(float x) {
  const float below = floorf(x);
  const float rest = x - below;
  const bool even = fmodf(below, 2.0f) == 0.0f;
  return rest < 0.5f || (rest == 0.5f && even) ? below : below + 1.0f;
}

static float logistic(float x) {
  if (x > 16.619047164916992188f) {
    return 1.0f;
  }
  return x < -9.0f ? expf(x) : 1.0f / (1.0f + expf(-x));
}

static float hard_swish(float x) {
  const float ramp = x + 3.0f;
  const float raised = ramp > 0.0f ? ramp : 0.0f;
  return x * (raised < 6.0f ? raised : 6.0f) / 6.0f;
}

UNARY(abs, fabsf(x))
UNARY(ceil, ceilf(x))
UNARY(cos, cosf(x))
UNARY(elu, x < 0.0f ? expm1f(x) : x)
UNARY(exp, expf(x))
UNARY(floor, floorf(x))
UNARY(hard_swish, hard_swish(x))
UNARY(leaky_relu, x > 0.0f ? x : x * alpha)
UNARY(log, logf(x))
UNARY(logistic, logistic(x))
UNARY(neg, -x)
UNARY(relu, x > 0.0f ? x : 0.0f)
UNARY(relu6, x > 6.0f ? 6.0f : x < 0.0f ? 0.0f : x)
UNARY(round, rounded(x))
UNARY(rsqrt, 1.0f / sqrtf(x))
UNARY(sin, sinf(x))
UNARY(sqrt, sqrtf(x))
UNARY(square, x *x)
UNARY(tanh, tanhf(x))

// --- CAST ----------------------------------------------------------------------------------------

static int64_t integer_of(const mcugen_cast_t *layer, const uint8_t *element) {
  uint64_t bits = 0;
  memcpy(&bits, element, layer->from_bytes);
  const uint64_t sign = UINT64_C(1) << (8 * layer->from_bytes - 1);
  const bool negative = layer->from == MCUGEN_KIND_SIGNED && (bits & sign) != 0;
  return negative ? (int64_t)(bits - sign) - (int64_t)(sign - 1) - 1 : (int64_t)bits;
}

// Smallest and largest integer of the type that is made.
static int64_t smallest_of(const mcugen_cast_t *layer) {
  return layer->to == MCUGEN_KIND_SIGNED ? -(INT64_C(1) << (8 * layer->to_bytes - 2)) * 2 : 0;
}

static int64_t largest_of(const mcugen_cast_t *layer) {
  return layer->to == MCUGEN_KIND_SIGNED ? ((INT64_C(1) << (8 * layer->to_bytes - 2)) - 1) * 2 + 1
                                         : (INT64_C(1) << (8 * layer->to_bytes)) - 1;
}

static int64_t truncated(const mcugen_cast_t *layer, float value) {
  if (!(value > (float)smallest_of(layer))) {
    return value != value ? 0 : smallest_of(layer);
  }
  return value < (float)largest_of(layer) ? (int64_t)value : largest_of(layer);
}

void mcugen_cast(const mcugen_cast_t *layer, const void *in, void *out) {
  const uint8_t *from = in;
  uint8_t *to = out;
  for (uint32_t i = 0; i < layer->count; ++i) {
    float real = 0.0f;
    int64_t whole = 0;
    if (layer->from == MCUGEN_KIND_FLOAT) {
      memcpy(&real, from, sizeof(real));
      whole = layer->to == MCUGEN_KIND_BOOL    ? real != 0.0f
              : layer->to == MCUGEN_KIND_FLOAT ? 0
                                               : truncated(layer, real);
    } else {
      whole = integer_of(layer, from);
      real = (float)whole;
    }
    if (layer->to == MCUGEN_KIND_FLOAT) {
      memcpy(to, &real, sizeof(real));
    } else {
      whole = layer->to == MCUGEN_KIND_BOOL ? whole != 0 : whole;
      memcpy(to, &whole, layer->to_bytes);  // little endian
    }
    from += layer->from_bytes;
    to += layer->to_bytes;
  }
}

// --- SELECT_V2 -----------------------------------------------------------------------------------

static uint32_t place(const uint32_t steps[], const uint32_t at[]) {
  uint32_t sum = 0;
  for (uint32_t axis = 0; axis < MCUGEN_BROADCAST_AXES; ++axis) {
    sum += steps[axis] * at[axis];
  }
  return sum;
}

void mcugen_select_3(const mcugen_select_t *layer, const void *x, const void *y, const void *z,
                     void *out) {
  const uint8_t *condition = x;
  uint8_t *to = out;
  const uint32_t *sizes = layer->sizes;
  uint32_t at[MCUGEN_BROADCAST_AXES] = {0};
  const uint32_t count = sizes[0] * sizes[1] * sizes[2] * sizes[3] * sizes[4];
  for (uint32_t i = 0; i < count; ++i) {
    const bool first = condition[place(layer->condition_steps, at)] != 0;
    const uint8_t *from = first ? y : z;
    const uint32_t element = place(first ? layer->a_steps : layer->b_steps, at);
    memcpy(to, from + element * layer->bytes, layer->bytes);
    to += layer->bytes;
    for (uint32_t axis = MCUGEN_BROADCAST_AXES; axis-- > 0 && ++at[axis] == sizes[axis];) {
      at[axis] = 0;
    }
  }
}

void mcugen_select_2(const mcugen_select_t *layer, const void *x, const void *y, void *out) {
  if (layer->condition_constant != NULL) {
    mcugen_select_3(layer, layer->condition_constant, x, y, out);
  } else if (layer->a_constant != NULL) {
    mcugen_select_3(layer, x, layer->a_constant, y, out);
  } else {
    mcugen_select_3(layer, x, y, layer->b_constant, out);
  }
}

void mcugen_select_1(const mcugen_select_t *layer, const void *x, void *out) {
  if (layer->condition_constant == NULL) {
    mcugen_select_3(layer, x, layer->a_constant, layer->b_constant, out);
  } else if (layer->a_constant == NULL) {
    mcugen_select_3(layer, layer->condition_constant, x, layer->b_constant, out);
  } else {
    mcugen_select_3(layer, layer->condition_constant, layer->a_constant, x, out);
  }
}
