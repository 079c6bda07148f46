// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED for cores with DSP instructions: two rows per multiply (row_pairs.h). Rows that
// do not allow it are packed as single rows.
#include "fully_connected.h"

#include <stddef.h>

#include "row_pairs.h"

// Two rows. Like the quads, it relies on depth > 0.
MCUGEN_INLINE const uint32_t *dot_pair(const uint32_t *weights, const int32_t *bias, const void *x,
                                       uint32_t depth, mcugen_held_t input, int32_t sums[2]) {
  const uint8_t *in = x;
  const uint32_t *end = weights + depth / 2;
  int32_t lower = bias[0];
  int32_t both = lower;
  do {
    const mcugen_four_inputs_t v = mcugen_load_inputs(in, input);
    mcugen_multiply_pair(*weights++, v.ab, &lower, &both);
    mcugen_multiply_pair(*weights++, v.cd, &lower, &both);
    in = mcugen_next_inputs(in, input);
  } while (weights != end);
  sums[0] = lower;
  sums[1] = mcugen_upper_row(both, lower, &bias[1]);
  return weights;
}

MCUGEN_INLINE const uint32_t *dot_single(const uint32_t *weights, const int32_t *bias,
                                         const void *x, uint32_t depth, mcugen_held_t input,
                                         int32_t sums[1]) {
  const uint8_t *in = x;
  const uint32_t *end = weights + depth / 4;
  int32_t sum = bias[0];
  do {
    const mcugen_four_inputs_t v = mcugen_load_inputs(in, input);
    const uint32_t four = *weights++;
    sum = mcugen_smlad(mcugen_sxtb16(four), v.ab, sum);
    sum = mcugen_smlad(mcugen_sxtb16_ror8(four), v.cd, sum);
    in = mcugen_next_inputs(in, input);
  } while (weights != end);
  sums[0] = sum;
  return weights;
}

MCUGEN_INLINE int32_t requantize_uniform(const mcugen_fully_connected_dsp_t *layer, int32_t sum,
                                         mcugen_rounding_t rounding) {
  return mcugen_requantize_s8(sum, layer->multiplier, layer->addend, layer->shift, rounding);
}

// Requantises and stores `count` sums, whatever the layer asks for.
MCUGEN_INLINE void *finish_rows(const mcugen_fully_connected_dsp_t *layer, uint32_t row,
                                const int32_t sums[], uint32_t count, void *out,
                                mcugen_rounding_t rounding) {
  int8_t *out8 = out;
  int16_t *out16 = out;
  for (uint32_t i = 0; i < count; ++i) {
    int32_t value;
    if (layer->requant == NULL) {
      value = requantize_uniform(layer, sums[i], rounding);
    } else {
      value = mcugen_requantize(sums[i], layer->requant[row + i], rounding);
      value = mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
    }
    if (layer->wide_output) {
      *out16++ = (int16_t)value;
    } else {
      *out8++ = (int8_t)value;
    }
  }
  return layer->wide_output ? (void *)out16 : (void *)out8;
}

// Not inlined: three places need it, none of them often.
static __attribute__((noinline)) void *finish_rows_double(const mcugen_fully_connected_dsp_t *layer,
                                                          uint32_t row, const int32_t sums[],
                                                          uint32_t count, void *out) {
  return finish_rows(layer, row, sums, count, out, MCUGEN_ROUND_DOUBLE);
}

static __attribute__((noinline)) void *finish_rows_single(const mcugen_fully_connected_dsp_t *layer,
                                                          uint32_t row, const int32_t sums[],
                                                          uint32_t count, void *out) {
  return finish_rows(layer, row, sums, count, out, MCUGEN_ROUND_SINGLE);
}

// Stores four results, the uniform requantisation.
MCUGEN_INLINE void *finish_quad(const mcugen_fully_connected_dsp_t *layer,
                                const mcugen_quad_t *sums, void *out, mcugen_rounding_t rounding) {
  const int32_t v0 = requantize_uniform(layer, sums->row0, rounding);
  const int32_t v1 = requantize_uniform(layer, sums->row1, rounding);
  const int32_t v2 = requantize_uniform(layer, sums->row2, rounding);
  const int32_t v3 = requantize_uniform(layer, sums->row3, rounding);
  if (layer->wide_output) {
    int16_t *out16 = out;
    mcugen_store_word(&out16[0], mcugen_pack_low((uint32_t)v0, (uint32_t)v1));
    mcugen_store_word(&out16[2], mcugen_pack_low((uint32_t)v2, (uint32_t)v3));
    return out16 + 4;
  }
  int8_t *out8 = out;
  out8[0] = (int8_t)v0;
  out8[1] = (int8_t)v1;
  out8[2] = (int8_t)v2;
  out8[3] = (int8_t)v3;
  return out8 + 4;
}

// Rows after the quads: one pair or single row at a time.
MCUGEN_INLINE void *finish_tail(const mcugen_fully_connected_dsp_t *layer, const uint32_t *weights,
                                const void *x, void *out, mcugen_held_t input,
                                mcugen_rounding_t rounding) {
  uint32_t row = 4u * layer->quads;
  uint32_t pairs = layer->pairs;
  while (row < layer->rows) {
    const int32_t *bias = &layer->bias[row];
    int32_t sums[2];
    uint32_t count = 1;
    if (pairs != 0) {
      weights = dot_pair(weights, bias, x, layer->depth, input, sums);
      count = 2;
      --pairs;
    } else {
      weights = dot_single(weights, bias, x, layer->depth, input, sums);
    }
    out = rounding == MCUGEN_ROUND_DOUBLE ? finish_rows_double(layer, row, sums, count, out)
                                          : finish_rows_single(layer, row, sums, count, out);
    row += count;
  }
  return out;
}

MCUGEN_INLINE void fully_connected(const mcugen_fully_connected_dsp_t *layer, const void *in,
                                   void *out, mcugen_held_t input, mcugen_rounding_t rounding) {
  const uint8_t *x = in;
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    const uint32_t *weights = layer->weights;
    const int32_t *end = layer->bias + 4u * layer->quads;
    for (const int32_t *bias = layer->bias; bias != end; bias += 4) {
      mcugen_quad_t sums;
      weights = mcugen_dot_quad(weights, bias, x, layer->depth, input, &sums);
      if (layer->requant == NULL) {
        out = finish_quad(layer, &sums, out, rounding);
      } else {
        const int32_t copy[4] = {sums.row0, sums.row1, sums.row2, sums.row3};
        const uint32_t row = (uint32_t)(bias - layer->bias);
        out = rounding == MCUGEN_ROUND_DOUBLE ? finish_rows_double(layer, row, copy, 4, out)
                                              : finish_rows_single(layer, row, copy, 4, out);
      }
    }
    out = finish_tail(layer, weights, x, out, input, rounding);
    x += layer->in_stride;
  }
}

void mcugen_fully_connected_s8_dsp_double(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out) {
  fully_connected(layer, in, out, MCUGEN_HELD_S8, MCUGEN_ROUND_DOUBLE);
}

void mcugen_fully_connected_s8_dsp_single(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out) {
  fully_connected(layer, in, out, MCUGEN_HELD_S8, MCUGEN_ROUND_SINGLE);
}

void mcugen_fully_connected_s16_dsp_double(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out) {
  fully_connected(layer, in, out, MCUGEN_HELD_S16, MCUGEN_ROUND_DOUBLE);
}

void mcugen_fully_connected_s16_dsp_single(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out) {
  fully_connected(layer, in, out, MCUGEN_HELD_S16, MCUGEN_ROUND_SINGLE);
}
