// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Two rows of weights per multiply, and four rows at once, for cores with DSP instructions.
//
// A halfword 256*u + l times an input x, summed over k, is S = 256*U + L with U = sum u*x and
// L = sum l*x. SXTB16 recovers l from the same word, a second SMLAD gives L, and U = (S - L) >> 8.
// All sums are modulo 2^32, so U is exact while |U| < 2^23; the generator checks that for every
// upper row (128 * sum |u| < 2^23 where inputs are int8) and that no weight of a pair is -128,
// because 256*u + l must fit a halfword. fully_connected.h describes the tables.
#ifndef MCUGEN_KERNELS_ROW_PAIRS_H
#define MCUGEN_KERNELS_ROW_PAIRS_H

#include "dsp.h"

typedef enum { MCUGEN_HELD_S8, MCUGEN_HELD_S16 } mcugen_held_t;

// Sums of four rows; a struct, so that they stay in registers.
typedef struct {
  int32_t row0, row1, row2, row3;
} mcugen_quad_t;

typedef struct {
  uint32_t ab, cd;
} mcugen_four_inputs_t;

MCUGEN_INLINE mcugen_four_inputs_t mcugen_load_inputs(const void *x, mcugen_held_t input) {
  mcugen_four_inputs_t in;
  if (input == MCUGEN_HELD_S16) {
    in.ab = mcugen_load_word(x);
    in.cd = mcugen_load_word((const uint8_t *)x + 4);
  } else {
    const uint32_t word = mcugen_load_word(x);
    in.ab = mcugen_sxtb16(word);
    in.cd = mcugen_sxtb16_ror8(word);
  }
  return in;
}

MCUGEN_INLINE const uint8_t *mcugen_next_inputs(const uint8_t *x, mcugen_held_t input) {
  return x + (input == MCUGEN_HELD_S16 ? 8 : 4);
}

MCUGEN_INLINE void mcugen_multiply_pair(uint32_t weights, uint32_t inputs, int32_t *lower,
                                        int32_t *both) {
  *both = mcugen_smlad(weights, inputs, *both);
  *lower = mcugen_smlad(mcugen_sxtb16(weights), inputs, *lower);
}

// The upper row, from the sum over both. Its bias comes last, as no register is free in the loop.
MCUGEN_INLINE int32_t mcugen_upper_row(int32_t both, int32_t lower, const int32_t *bias) {
  return mcugen_add((int32_t)((uint32_t)both - (uint32_t)lower) >> 8, *bias);
}

#if MCUGEN_DSP_ASSEMBLY
// GCC 12 does not form LDM here and spills, which costs 40 % more instructions than this loop: 14
// (int16) or 16 (int8) for 16 multiplications. It needs all of r0-r12 and lr.
#define MCUGEN_MULTIPLY_QUAD                                             \
  "sxtb16 lr, r8 \n smlad r5, r8, r3, r5 \n smlad r4, lr, r3, r4 \n"     \
  "sxtb16 lr, r9 \n smlad r7, r9, r3, r7 \n smlad r6, lr, r3, r6 \n"     \
  "sxtb16 lr, r10 \n smlad r5, r10, r12, r5 \n smlad r4, lr, r12, r4 \n" \
  "sxtb16 lr, r11 \n smlad r7, r11, r12, r7 \n smlad r6, lr, r12, r6 \n"
#define MCUGEN_LOAD_S16 "ldmia r1!, {r3, r12} \n ldmia r0!, {r8-r11} \n"
#define MCUGEN_LOAD_S8 \
  "ldr r12, [r1], #4 \n ldmia r0!, {r8-r11} \n sxtb16 r3, r12 \n sxtb16 r12, r12, ror #8 \n"
#define MCUGEN_EIGHT_INPUTS(load) load MCUGEN_MULTIPLY_QUAD load MCUGEN_MULTIPLY_QUAD
// 16 inputs per turn; where their number is an odd multiple of 8 the first turn starts in the
// middle.
// clang-format off
#define MCUGEN_QUAD_LOOP(load)                                      \
  "ldr r4, [r3] \n ldr r6, [r3, #8] \n mov r5, r4 \n mov r7, r6 \n" \
  "tst r2, #8 \n beq 1f \n add r2, #8 \n b 2f \n"                   \
  "1: \n" MCUGEN_EIGHT_INPUTS(load)                                 \
  "2: \n" MCUGEN_EIGHT_INPUTS(load) "subs r2, #16 \n bne 1b \n"
// clang-format on
#define MCUGEN_QUAD_OPERANDS                                                           \
  "+r"(w), "+r"(in), "+r"(left), "+r"(start), "=r"(lower0), "=r"(both0), "=r"(lower2), \
      "=r"(both2) : : "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"

MCUGEN_INLINE const uint32_t *mcugen_dot_quad(const uint32_t *weights, const int32_t *bias,
                                              const void *x, uint32_t depth, mcugen_held_t input,
                                              mcugen_quad_t *sums) {
  register const uint32_t *w __asm__("r0") = weights;
  register const void *in __asm__("r1") = x;
  register uint32_t left __asm__("r2") = depth;
  register const int32_t *start __asm__("r3") = bias;
  register int32_t lower0 __asm__("r4");
  register int32_t both0 __asm__("r5");
  register int32_t lower2 __asm__("r6");
  register int32_t both2 __asm__("r7");
  if (input == MCUGEN_HELD_S16) {
    __asm__ volatile(MCUGEN_QUAD_LOOP(MCUGEN_LOAD_S16) : MCUGEN_QUAD_OPERANDS);
  } else {
    __asm__ volatile(MCUGEN_QUAD_LOOP(MCUGEN_LOAD_S8) : MCUGEN_QUAD_OPERANDS);
  }
  *sums = (mcugen_quad_t){lower0, mcugen_upper_row(both0, lower0, &bias[1]), lower2,
                          mcugen_upper_row(both2, lower2, &bias[3])};
  return w;
}
#else
// Four rows over all inputs; returns the weights that follow.
MCUGEN_INLINE const uint32_t *mcugen_dot_quad(const uint32_t *weights, const int32_t *bias,
                                              const void *x, uint32_t depth, mcugen_held_t input,
                                              mcugen_quad_t *sums) {
  const uint8_t *in = x;
  int32_t lower0 = bias[0];
  int32_t both0 = lower0;
  int32_t lower2 = bias[2];
  int32_t both2 = lower2;
  for (uint32_t k = 0; k < depth; k += 4) {
    const mcugen_four_inputs_t v = mcugen_load_inputs(in, input);
    mcugen_multiply_pair(weights[0], v.ab, &lower0, &both0);
    mcugen_multiply_pair(weights[1], v.ab, &lower2, &both2);
    mcugen_multiply_pair(weights[2], v.cd, &lower0, &both0);
    mcugen_multiply_pair(weights[3], v.cd, &lower2, &both2);
    weights += 4;
    in = mcugen_next_inputs(in, input);
  }
  *sums = (mcugen_quad_t){lower0, mcugen_upper_row(both0, lower0, &bias[1]), lower2,
                          mcugen_upper_row(both2, lower2, &bias[3])};
  return weights;
}
#endif

#endif
