// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Equals ReduceGeneric, QuantizedMeanOrSum, ArgMinMax, CumSum and L2Normalization of TFLite.
#include "reduce.h"

#include <math.h>
#include <stdbool.h>

#include "fixed_point.h"

void mcugen_reduce(const mcugen_reduce_t *layer, const void *in, void *out) {
  const uint32_t *sizes = layer->kept.sizes;
  const uint32_t *steps = layer->kept.steps;
  uint8_t *to = out;
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      for (uint32_t k = 0; k < sizes[2]; ++k) {
        const uint32_t element = i * steps[0] + j * steps[1] + k * steps[2];
        layer->function(layer, (const uint8_t *)in + element * layer->in_bytes, to);
        to += layer->out_bytes;
      }
    }
  }
}

// A reduction: `next` of the value so far and x, from `first` on, then `result` of it.
#define REDUCTION(name, type, sum_type, first, next, out_type, result)                 \
  void mcugen_reduce_##name(const mcugen_reduce_t *layer, const void *in, void *out) { \
    const uint32_t *sizes = layer->summed.sizes;                                       \
    const uint32_t *steps = layer->summed.steps;                                       \
    sum_type value = first;                                                            \
    for (uint32_t i = 0; i < sizes[0]; ++i) {                                          \
      for (uint32_t j = 0; j < sizes[1]; ++j) {                                        \
        const type *row = (const type *)in + i * steps[0] + j * steps[1];              \
        for (uint32_t k = 0; k < sizes[2]; ++k) {                                      \
          const type x = row[k * steps[2]];                                            \
          value = next;                                                                \
        }                                                                              \
      }                                                                                \
    }                                                                                  \
    *(out_type *)out = (out_type)(result);                                             \
  }

static int32_t requantized(const mcugen_reduce_t *layer, int32_t sum, int32_t low, int32_t high) {
  const int32_t scaled = mcugen_requantize_double(sum + layer->offset, layer->by);
  return mcugen_clamp(scaled + layer->zero_point, low, high);
}

REDUCTION(max_s8, int8_t, int8_t, INT8_MIN, x > value ? x : value, int8_t, value)
REDUCTION(min_s8, int8_t, int8_t, INT8_MAX, x < value ? x : value, int8_t, value)
REDUCTION(max_f32, float, float, -3.402823466e+38f, x > value ? x : value, float, value)
REDUCTION(min_f32, float, float, 3.402823466e+38f, x < value ? x : value, float, value)
REDUCTION(sum_s8, int8_t, int32_t, 0, value + x, int8_t,
          requantized(layer, value, INT8_MIN, INT8_MAX))
REDUCTION(sum_s16, int16_t, int32_t, 0, value + x, int16_t,
          requantized(layer, value, INT16_MIN, INT16_MAX))
REDUCTION(sum_f32, float, float, 0.0f, value + x, float, value / layer->count)
REDUCTION(all_bool, uint8_t, bool, true, (value && x != 0), uint8_t, value)

// NaN is never better than a number.
#define ARG(name, type, better)                                                       \
  void mcugen_arg_##name(const mcugen_along_t *layer, const type *in, int32_t *out) { \
    for (uint32_t outer = 0; outer < layer->outer; ++outer) {                         \
      for (uint32_t inner = 0; inner < layer->inner; ++inner) {                       \
        const type *from = in + outer * layer->size * layer->inner + inner;           \
        type best = *from;                                                            \
        int32_t place = 0;                                                            \
        for (uint32_t i = 1; i < layer->size; ++i) {                                  \
          const type x = from[i * layer->inner];                                      \
          if (better) {                                                               \
            best = x;                                                                 \
            place = (int32_t)i;                                                       \
          }                                                                           \
        }                                                                             \
        *out++ = place;                                                               \
      }                                                                               \
    }                                                                                 \
  }

ARG(max_s8, int8_t, x > best)
ARG(min_s8, int8_t, x < best)
ARG(max_f32, float, x > best || (best != best && x == x))
ARG(min_f32, float, x < best || (best != best && x == x))

// The element of row `i` of those that begin at `first`.
static uint32_t row_element(const mcugen_cumsum_t *layer, uint32_t first, uint32_t i) {
  const uint32_t row = layer->reverse != 0 ? layer->along.size - 1 - i : i;
  return first + row * layer->along.inner;
}

#define CUMSUM(name, type, sum_type, term, result)                                     \
  void mcugen_cumsum_##name(const mcugen_cumsum_t *layer, const type *in, type *out) { \
    const mcugen_along_t *along = &layer->along;                                       \
    for (uint32_t outer = 0; outer < along->outer; ++outer) {                          \
      for (uint32_t inner = 0; inner < along->inner; ++inner) {                        \
        const uint32_t first = outer * along->size * along->inner + inner;             \
        sum_type sum = 0;                                                              \
        for (uint32_t i = 0; i < along->size; ++i) {                                   \
          const uint32_t element = row_element(layer, first, i);                       \
          const type x = in[element];                                                  \
          const sum_type before = sum;                                                 \
          sum += (term);                                                               \
          const sum_type value = layer->exclusive != 0 ? before : sum;                 \
          out[element] = (type)(result);                                               \
        }                                                                              \
      }                                                                                \
    }                                                                                  \
  }

static int32_t cumsum_term(const mcugen_cumsum_t *layer, int32_t x) {
  return mcugen_requantize_double((x - layer->in_zero_point) * (1 << 20), layer->in_by);
}

// TFLite starts its sum with minus the zero point in the same scale.
static int32_t cumsum_result(const mcugen_cumsum_t *layer, int32_t sum) {
  const int32_t start = mcugen_requantize_double(-layer->in_zero_point * (1 << 20), layer->in_by);
  const int32_t scaled = mcugen_requantize_double(mcugen_add(sum, start), layer->by);
  return mcugen_clamp(scaled + layer->zero_point, INT8_MIN, INT8_MAX);
}

CUMSUM(s8, int8_t, int32_t, cumsum_term(layer, x), cumsum_result(layer, value))
CUMSUM(f32, float, float, x, value)

void mcugen_l2_normalization_s8(const mcugen_l2_normalization_t *layer, const int8_t *in,
                                int8_t *out) {
  enum { OUTPUT_BITS = 7 };
  for (uint32_t row = 0; row < layer->rows; ++row) {
    int32_t squares = 0;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      const int32_t x = in[i] - layer->zero_point;
      squares += x * x;
    }
    mcugen_requant_t by = mcugen_inverse_square_root(squares);
    by.shift += OUTPUT_BITS;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      const int32_t value = mcugen_requantize_double(in[i] - layer->zero_point, by);
      out[i] = (int8_t)mcugen_clamp(value, INT8_MIN, INT8_MAX);
    }
    in += layer->depth;
    out += layer->depth;
  }
}

void mcugen_l2_normalization_f32(const mcugen_l2_normalization_t *layer, const float *in,
                                 float *out) {
  const float epsilon = 1e-6f;
  for (uint32_t row = 0; row < layer->rows; ++row) {
    float squares = 0.0f;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      squares += in[i] * in[i];
    }
    const float root = sqrtf(squares);
    const float norm = root < epsilon ? epsilon : root;
    for (uint32_t i = 0; i < layer->depth; ++i) {
      out[i] = in[i] / norm;
    }
    in += layer->depth;
    out += layer->depth;
  }
}
