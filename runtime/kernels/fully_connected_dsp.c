// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED for cores with DSP instructions: two rows per multiply.
//
// A halfword 256*u + l times an input x, summed over k, is S = 256*U + L with U = sum u*x and
// L = sum l*x. SXTB16 recovers l from the same word, a second SMLAD gives L, and U = (S - L) >> 8.
// All sums are modulo 2^32, so U is exact while |U| < 2^23; the generator checks
// 128 * sum |u| < 2^23 for every upper row and that no weight of a pair is -128 (256*u + l must fit
// a halfword); rows where that fails are packed as single rows.
#include <stddef.h>

#include "dsp.h"
#include "fully_connected.h"

typedef enum { IN_S8, IN_S16 } input_t;

// Sums of four rows; a struct, so that they stay in registers.
typedef struct {
  int32_t row0, row1, row2, row3;
} quad_t;

typedef struct {
  uint32_t ab, cd;
} inputs_t;

MCUGEN_INLINE inputs_t load_inputs(const void *x, input_t input) {
  inputs_t in;
  if (input == IN_S16) {
    in.ab = mcugen_load_word(x);
    in.cd = mcugen_load_word((const uint8_t *)x + 4);
  } else {
    const uint32_t word = mcugen_load_word(x);
    in.ab = mcugen_sxtb16(word);
    in.cd = mcugen_sxtb16_ror8(word);
  }
  return in;
}

MCUGEN_INLINE const uint8_t *next_inputs(const uint8_t *x, input_t input) {
  return x + (input == IN_S16 ? 8 : 4);
}

MCUGEN_INLINE void multiply_pair(uint32_t weights, uint32_t inputs, int32_t *lower, int32_t *both) {
  *both = mcugen_smlad(weights, inputs, *both);
  *lower = mcugen_smlad(mcugen_sxtb16(weights), inputs, *lower);
}

// The upper row, from the sum over both. Its bias is loaded only now: no register is free in the loop.
MCUGEN_INLINE int32_t upper_row(int32_t both, int32_t lower, const int32_t *bias) {
  return mcugen_add((int32_t)((uint32_t)both - (uint32_t)lower) >> 8, *bias);
}

#if MCUGEN_DSP_ASSEMBLY
// GCC 12 does not form LDM here and spills, which costs 40 % more instructions than this loop: 14
// (int16) or 16 (int8) for 16 multiplications. It needs all of r0-r12 and lr.
#define MULTIPLY_QUAD                                                                       \
  "sxtb16 lr, r8 \n smlad r5, r8, r3, r5 \n smlad r4, lr, r3, r4 \n"                        \
  "sxtb16 lr, r9 \n smlad r7, r9, r3, r7 \n smlad r6, lr, r3, r6 \n"                        \
  "sxtb16 lr, r10 \n smlad r5, r10, r12, r5 \n smlad r4, lr, r12, r4 \n"                    \
  "sxtb16 lr, r11 \n smlad r7, r11, r12, r7 \n smlad r6, lr, r12, r6 \n"
#define LOAD_S16 "ldmia r1!, {r3, r12} \n ldmia r0!, {r8-r11} \n"
#define LOAD_S8                                                                             \
  "ldr r12, [r1], #4 \n ldmia r0!, {r8-r11} \n sxtb16 r3, r12 \n sxtb16 r12, r12, ror #8 \n"
#define QUAD_LOOP(load)                                                                     \
  "ldr r4, [r3] \n ldr r6, [r3, #8] \n mov r5, r4 \n mov r7, r6 \n"                        \
  "1: \n" load MULTIPLY_QUAD load MULTIPLY_QUAD "subs r2, #8 \n bne 1b \n"
#define QUAD_OPERANDS                                                                       \
  "+r"(w), "+r"(in), "+r"(left), "+r"(start), "=r"(lower0), "=r"(both0), "=r"(lower2),      \
      "=r"(both2) : : "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"

MCUGEN_INLINE const uint32_t *dot_quad(const uint32_t *weights, const int32_t *bias, const void *x,
                                       uint32_t depth, input_t input, quad_t *sums) {
  register const uint32_t *w __asm__("r0") = weights;
  register const void *in __asm__("r1") = x;
  register uint32_t left __asm__("r2") = depth;
  register const int32_t *start __asm__("r3") = bias;
  register int32_t lower0 __asm__("r4");
  register int32_t both0 __asm__("r5");
  register int32_t lower2 __asm__("r6");
  register int32_t both2 __asm__("r7");
  if (input == IN_S16) {
    __asm__ volatile(QUAD_LOOP(LOAD_S16) : QUAD_OPERANDS);
  } else {
    __asm__ volatile(QUAD_LOOP(LOAD_S8) : QUAD_OPERANDS);
  }
  *sums = (quad_t){lower0, upper_row(both0, lower0, &bias[1]), lower2,
                   upper_row(both2, lower2, &bias[3])};
  return w;
}
#else
// Four rows over all inputs; returns the weights that follow.
MCUGEN_INLINE const uint32_t *dot_quad(const uint32_t *weights, const int32_t *bias, const void *x,
                                       uint32_t depth, input_t input, quad_t *sums) {
  const uint8_t *in = x;
  int32_t lower0 = bias[0];
  int32_t both0 = lower0;
  int32_t lower2 = bias[2];
  int32_t both2 = lower2;
  for (uint32_t k = 0; k < depth; k += 4) {
    const inputs_t v = load_inputs(in, input);
    multiply_pair(weights[0], v.ab, &lower0, &both0);
    multiply_pair(weights[1], v.ab, &lower2, &both2);
    multiply_pair(weights[2], v.cd, &lower0, &both0);
    multiply_pair(weights[3], v.cd, &lower2, &both2);
    weights += 4;
    in = next_inputs(in, input);
  }
  *sums = (quad_t){lower0, upper_row(both0, lower0, &bias[1]), lower2,
                   upper_row(both2, lower2, &bias[3])};
  return weights;
}
#endif

// Two rows. Like the quads, it relies on depth > 0.
MCUGEN_INLINE const uint32_t *dot_pair(const uint32_t *weights, const int32_t *bias, const void *x,
                                       uint32_t depth, input_t input, int32_t sums[2]) {
  const uint8_t *in = x;
  const uint32_t *end = weights + depth / 2;
  int32_t lower = bias[0];
  int32_t both = lower;
  do {
    const inputs_t v = load_inputs(in, input);
    multiply_pair(*weights++, v.ab, &lower, &both);
    multiply_pair(*weights++, v.cd, &lower, &both);
    in = next_inputs(in, input);
  } while (weights != end);
  sums[0] = lower;
  sums[1] = upper_row(both, lower, &bias[1]);
  return weights;
}

MCUGEN_INLINE const uint32_t *dot_single(const uint32_t *weights, const int32_t *bias,
                                         const void *x, uint32_t depth, input_t input,
                                         int32_t sums[1]) {
  const uint8_t *in = x;
  const uint32_t *end = weights + depth / 4;
  int32_t sum = bias[0];
  do {
    const inputs_t v = load_inputs(in, input);
    const uint32_t four = *weights++;
    sum = mcugen_smlad(mcugen_sxtb16(four), v.ab, sum);
    sum = mcugen_smlad(mcugen_sxtb16_ror8(four), v.cd, sum);
    in = next_inputs(in, input);
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
MCUGEN_INLINE void *finish_quad(const mcugen_fully_connected_dsp_t *layer, const quad_t *sums,
                                void *out, mcugen_rounding_t rounding) {
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
                                const void *x, void *out, input_t input,
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
                                   void *out, input_t input, mcugen_rounding_t rounding) {
  const uint8_t *x = in;
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    const uint32_t *weights = layer->weights;
    const int32_t *end = layer->bias + 4u * layer->quads;
    for (const int32_t *bias = layer->bias; bias != end; bias += 4) {
      quad_t sums;
      weights = dot_quad(weights, bias, x, layer->depth, input, &sums);
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

void mcugen_fully_connected_dsp_s8_double(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out) {
  fully_connected(layer, in, out, IN_S8, MCUGEN_ROUND_DOUBLE);
}

void mcugen_fully_connected_dsp_s8_single(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out) {
  fully_connected(layer, in, out, IN_S8, MCUGEN_ROUND_SINGLE);
}

void mcugen_fully_connected_dsp_s16_double(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out) {
  fully_connected(layer, in, out, IN_S16, MCUGEN_ROUND_DOUBLE);
}

void mcugen_fully_connected_dsp_s16_single(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out) {
  fully_connected(layer, in, out, IN_S16, MCUGEN_ROUND_SINGLE);
}
