// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D for cores with DSP instructions: two output channels per multiply, four channels of two
// positions per turn.
//
// What two output positions see is gathered into scratch: see conv_2d_gather.h.
// Channels are packed in pairs as in row_pairs.h: a halfword 256 * u + l times x, summed,
// is S = 256 * U + L; SXTB16 recovers l, a second SMLAD gives L, and U = (S - L) >> 8 is exact
// while |U| < 2^23, which the generator checks, biases included.
#include "conv_2d.h"

#include <stdbool.h>

#include "conv_2d_gather.h"
#include "dsp.h"

typedef mcugen_conv_2d_dsp_t layer_t;

// How sums become results.
typedef enum {
  FINISH_DOUBLE,
  FINISH_STRAIGHT,
  FINISH_SINGLE,
  FINISH_EXACT_DOUBLE,
  FINISH_EXACT_SINGLE
} finish_t;

// --- results ------------------------------------------------------------------------------------

MCUGEN_INLINE bool is_double(finish_t how) {
  return how == FINISH_DOUBLE || how == FINISH_EXACT_DOUBLE;
}

MCUGEN_INLINE bool is_exact(finish_t how) {
  return how == FINISH_EXACT_DOUBLE || how == FINISH_EXACT_SINGLE;
}

// One result from its sum and its requantisation in the stream.
MCUGEN_INLINE int8_t finish(const layer_t *layer, int32_t sum, const uint32_t *by, finish_t how) {
  const mcugen_rounding_t rounding = is_double(how) ? MCUGEN_ROUND_DOUBLE : MCUGEN_ROUND_SINGLE;
  if (!is_exact(how)) {
    const mcugen_requant_s8_t constants = {(int32_t)by[0], (int32_t)by[1], by[2]};
    if (how == FINISH_STRAIGHT) {
      return (int8_t)mcugen_requantize_straight(sum, &constants);
    }
    const int32_t scaled = is_double(how) ? mcugen_shift_left(sum, 1) : sum;
    return (int8_t)mcugen_requantize_channel(scaled, &constants, rounding);
  }
  const mcugen_requant_t constants = {(int32_t)by[0], (int32_t)by[1]};
  const int32_t value = mcugen_requantize(sum, constants, rounding);
  return (int8_t)mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
}

// --- channels -----------------------------------------------------------------------------------

// Two gathered positions and where their results go. The assembly keeps it on the stack as it is.
typedef struct {
  const uint32_t *words;
  uint32_t entry;  // for the assembly: bytes from its first step, plus 1, the Thumb bit
  const uint32_t *words_end;
  int8_t *first_out;
  int8_t *second_out;
  const uint32_t *quads_end;  // of the stream
} pair_t;

// One channel; returns the stream that follows.
MCUGEN_INLINE const uint32_t *compute_single(const layer_t *layer, const uint32_t *stream,
                                             const pair_t *pair, finish_t how) {
  const uint32_t channel = *stream++;
  int32_t first = (int32_t)*stream++;
  int32_t second = first;
  for (const uint32_t *x = pair->words; x != pair->words_end; x += 4) {
    const uint32_t even = mcugen_sxtb16(*stream);
    const uint32_t odd = mcugen_sxtb16_ror8(*stream);
    first = mcugen_smlad(even, x[0], first);
    second = mcugen_smlad(even, x[1], second);
    first = mcugen_smlad(odd, x[2], first);
    second = mcugen_smlad(odd, x[3], second);
    ++stream;
  }
  pair->first_out[channel] = finish(layer, first, stream, how);
  pair->second_out[channel] = finish(layer, second, stream, how);
  return stream + 3;
}

// Sums of four channels at one position: S and L of the channels 0, 1 and 2, 3.
typedef struct {
  int32_t s0, l0, s2, l2;
} sums_t;

MCUGEN_INLINE void multiply_quad(uint32_t pair0, uint32_t pair2, uint32_t x, sums_t *sums) {
  sums->s0 = mcugen_smlad(pair0, x, sums->s0);
  sums->s2 = mcugen_smlad(pair2, x, sums->s2);
  sums->l0 = mcugen_smlad(mcugen_sxtb16(pair0), x, sums->l0);
  sums->l2 = mcugen_smlad(mcugen_sxtb16(pair2), x, sums->l2);
}

MCUGEN_INLINE int32_t upper_sum(int32_t both, int32_t lower) {
  return (int32_t)((uint32_t)both - (uint32_t)lower) >> 8;
}

// Words of a quad that requantise its channels.
MCUGEN_INLINE uint32_t quad_requants(finish_t how) { return how == FINISH_STRAIGHT ? 8 : 12; }

MCUGEN_INLINE int8_t finish_one(const layer_t *layer, int32_t sum, const uint32_t *quad,
                                uint32_t channel, finish_t how) {
  if (how == FINISH_STRAIGHT) {
    const uint32_t by[3] = {quad[2 * channel], quad[2 * channel + 1], MCUGEN_ONE_SHIFT};
    return finish(layer, sum, by, how);
  }
  return finish(layer, sum, &quad[3 * channel], how);
}

MCUGEN_INLINE void finish_quad(const layer_t *layer, const sums_t *sums, const uint32_t *quad,
                               int8_t *out, finish_t how) {
  out[0] = finish_one(layer, sums->l0, quad, 0, how);
  out[1] = finish_one(layer, upper_sum(sums->s0, sums->l0), quad, 1, how);
  out[2] = finish_one(layer, sums->l2, quad, 2, how);
  out[3] = finish_one(layer, upper_sum(sums->s2, sums->l2), quad, 3, how);
}

// Four channels at a time, up to pair->quads_end.
MCUGEN_INLINE void compute_quads(const layer_t *layer, const pair_t *pair, finish_t how) {
  int8_t *first_out = pair->first_out;
  int8_t *second_out = pair->second_out;
  for (const uint32_t *stream = layer->channels; stream != pair->quads_end;) {
    const int32_t *start = (const int32_t *)stream;
    sums_t first = {start[0], start[1], start[2], start[3]};
    sums_t second = first;
    stream += 4;
    for (const uint32_t *x = pair->words; x != pair->words_end; x += 2) {
      multiply_quad(stream[0], stream[1], x[0], &first);
      multiply_quad(stream[0], stream[1], x[1], &second);
      stream += 2;
    }
    finish_quad(layer, &first, stream, first_out, how);
    finish_quad(layer, &second, stream, second_out, how);
    first_out += 4;
    second_out += 4;
    stream += quad_requants(how);
  }
}

#if MCUGEN_DSP_ASSEMBLY
// compute_quads in 12 instructions for 16 multiplications: two taps of four channels at two
// positions per step; r4-r7 and r8-r11 are the sums_t of the positions. After the first step eight
// are unrolled and entered in the middle. All of r0-r12 and lr are taken, so the rest waits on the
// stack: the input, the steps' entry, the input's end, both outputs, the stream's end.
#define STEP                                           \
  "ldmia.w r0!, {r2, r3} \n ldmia.w r1!, {r12, lr} \n" \
  "smlad r4, r2, r12, r4 \n smlad r8, r2, lr, r8 \n"   \
  "smlad r6, r3, r12, r6 \n smlad r10, r3, lr, r10 \n" \
  "sxtb16 r2, r2 \n sxtb16 r3, r3 \n"                  \
  "smlad r5, r2, r12, r5 \n smlad r9, r2, lr, r9 \n"   \
  "smlad r7, r3, r12, r7 \n smlad r11, r3, lr, r11 \n"
// Both positions start with the same sums: the second takes them from the first in its first step.
#define FIRST_STEP                                     \
  "ldmia r0!, {r4-r7} \n ldr r1, [sp] \n"              \
  "ldmia.w r0!, {r2, r3} \n ldmia.w r1!, {r12, lr} \n" \
  "smlad r8, r2, lr, r4 \n smlad r4, r2, r12, r4 \n"   \
  "smlad r10, r3, lr, r6 \n smlad r6, r3, r12, r6 \n"  \
  "sxtb16 r2, r2 \n sxtb16 r3, r3 \n"                  \
  "smlad r9, r2, lr, r5 \n smlad r5, r2, r12, r5 \n"   \
  "smlad r11, r3, lr, r7 \n smlad r7, r3, r12, r7 \n"
#define STEP_BYTES 48u
#define STEPS 8u

// clang-format off
// mcugen_requantize_channel of one channel at both positions; `a` and `b` are double for `double`.
#define REQUANTIZE_DOUBLE(a, b)                                                           \
  "ldmia r0!, {r1, r2, r3} \n"                                                            \
  "add r12, r2, " a ", asr #31 \n add r2, r2, " b ", asr #31 \n"                          \
  "smmlar " a ", " a ", r1, r12 \n smmlar " b ", " b ", r1, r2 \n" NARROW(a) NARROW(b)
#define REQUANTIZE_SINGLE(a, b)                                                           \
  "ldmia r0!, {r1, r2, r3} \n"                                                            \
  "smmla " a ", " a ", r1, r2 \n smmla " b ", " b ", r1, r2 \n" NARROW(a) NARROW(b)
#define NARROW(a) "asr " a ", " a ", r3 \n ssat " a ", #8, " a " \n"
// U, doubled where `shift` is 7.
#define UPPER(s, l, shift) "sub " s ", " s ", " l " \n asr " s ", " s ", #" shift " \n"
#define UPPERS(shift)                                                                     \
  UPPER("r4", "r5", shift) UPPER("r8", "r9", shift)                                       \
  UPPER("r6", "r7", shift) UPPER("r10", "r11", shift)
#define FOUR_CHANNELS(requantize)                                                         \
  requantize("r5", "r9") requantize("r4", "r8") requantize("r7", "r11") requantize("r6", "r10")
#define DOUBLED UPPERS("7") "lsl r5, #1 \n lsl r9, #1 \n lsl r7, #1 \n lsl r11, #1 \n"
#define FINISH_QUAD_DOUBLE DOUBLED FOUR_CHANNELS(REQUANTIZE_DOUBLE)
// mcugen_requantize_straight of two channels at both positions: 256 * U is S - L.
#define STRAIGHT(l, u, l2, u2)                                                            \
  "ldmia r0!, {r1, r2, r3, r12} \n"                                                       \
  "sub " u ", " u ", " l " \n sub " u2 ", " u2 ", " l2 " \n"                               \
  "lsl " l ", " l ", #8 \n lsl " l2 ", " l2 ", #8 \n"                                     \
  "smmla " l ", " l ", r1, r2 \n smmla " l2 ", " l2 ", r1, r2 \n"                         \
  "smmla " u ", " u ", r3, r12 \n smmla " u2 ", " u2 ", r3, r12 \n"                       \
  SATURATE(l) SATURATE(l2) SATURATE(u) SATURATE(u2)
#define SATURATE(a) "ssat " a ", #8, " a ", asr #" MCUGEN_TEXT(MCUGEN_ONE_SHIFT) " \n"
#define FINISH_QUAD_STRAIGHT STRAIGHT("r5", "r4", "r9", "r8") STRAIGHT("r7", "r6", "r11", "r10")
#define FINISH_QUAD_SINGLE UPPERS("8") FOUR_CHANNELS(REQUANTIZE_SINGLE)
#define QUADS(finish_quad)                                                                \
  "ldmia r1, {r2-r7} \n adr r12, 2f \n add r3, r3, r12 \n push {r2-r7} \n"                \
  "1: " FIRST_STEP "ldr pc, [sp, #4] \n"                                                  \
  ".balign 4 \n"                                                                          \
  "2: " STEP STEP STEP STEP STEP STEP STEP STEP                                           \
  "ldr r2, [sp, #8] \n cmp r1, r2 \n bne 2b \n" finish_quad                               \
  "ldrd r1, r2, [sp, #12] \n"                                                             \
  "strb r5, [r1], #1 \n strb r4, [r1], #1 \n strb r7, [r1], #1 \n strb r6, [r1], #1 \n"   \
  "strb r9, [r2], #1 \n strb r8, [r2], #1 \n strb r11, [r2], #1 \n strb r10, [r2], #1 \n" \
  "strd r1, r2, [sp, #12] \n ldr r3, [sp, #20] \n cmp r0, r3 \n bne 1b \n"                \
  "add sp, #24 \n"
// clang-format on

#define RUN(text)                                                                               \
  __asm__ volatile(text                                                                         \
                   : "+r"(w), "+r"(given)                                                       \
                   :                                                                            \
                   : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", \
                     "cc", "memory")

// Not inlined, because they take all registers; one each, because a network seldom needs all.
static __attribute__((noinline)) void quads_double(const uint32_t *stream, const pair_t *pair) {
  register const uint32_t *w __asm__("r0") = stream;
  register const pair_t *given __asm__("r1") = pair;
  RUN(QUADS(FINISH_QUAD_DOUBLE));
}

static __attribute__((noinline)) void quads_straight(const uint32_t *stream, const pair_t *pair) {
  register const uint32_t *w __asm__("r0") = stream;
  register const pair_t *given __asm__("r1") = pair;
  RUN(QUADS(FINISH_QUAD_STRAIGHT));
}

static __attribute__((noinline)) void quads_single(const uint32_t *stream, const pair_t *pair) {
  register const uint32_t *w __asm__("r0") = stream;
  register const pair_t *given __asm__("r1") = pair;
  RUN(QUADS(FINISH_QUAD_SINGLE));
}

MCUGEN_INLINE uint32_t entry_of(uint32_t depth) {
  return (STEPS - (depth / 2u - 1u) % STEPS) % STEPS * STEP_BYTES + 1u;
}

MCUGEN_INLINE void fast_quads(const layer_t *layer, const pair_t *pair, finish_t how) {
  if (layer->quads == 0) {
    return;
  }
  if (how == FINISH_DOUBLE) {
    quads_double(layer->channels, pair);
  } else if (how == FINISH_STRAIGHT) {
    quads_straight(layer->channels, pair);
  } else {
    quads_single(layer->channels, pair);
  }
}
#else
MCUGEN_INLINE uint32_t entry_of(uint32_t depth) {
  (void)depth;
  return 0;
}

MCUGEN_INLINE void fast_quads(const layer_t *layer, const pair_t *pair, finish_t how) {
  compute_quads(layer, pair, how);
}
#endif

// All channels of two positions.
MCUGEN_INLINE void every_channel(const layer_t *layer, const pair_t *pair, finish_t how) {
  if (is_exact(how)) {
    compute_quads(layer, pair, how);
  } else {
    fast_quads(layer, pair, how);
  }
  const uint32_t *stream = pair->quads_end;
  for (uint32_t i = 0; i < layer->singles; ++i) {
    stream = compute_single(layer, stream, pair, how);
  }
}

MCUGEN_INLINE void conv_2d(const layer_t *layer, const int8_t *in, int8_t *out, int8_t *scratch,
                           finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  mcugen_walk_t walk;
  mcugen_start_walk(&walk, layer, in, scratch);
  const uint32_t *words = (const uint32_t *)(const void *)scratch;
  pair_t pair = {
      .words = words,
      .entry = entry_of(layer->depth),
      .words_end = words + layer->depth,
      .quads_end = layer->channels + layer->quads * (4u + layer->depth + quad_requants(how)),
  };
  uint32_t left = (uint32_t)f->batches * f->out_height * f->out_width;
  while (left != 0) {
    const uint32_t count = left > 1 ? 2 : 1;  // a last single position is computed twice
    mcugen_gather_next(layer, &walk, count);
    pair.first_out = out;
    pair.second_out = out + (count - 1) * f->out_channels;
    every_channel(layer, &pair, how);
    out = pair.second_out + f->out_channels;
    left -= count;
  }
}

void mcugen_conv_2d_dsp_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  conv_2d(layer, in, out, scratch, FINISH_DOUBLE);
}

void mcugen_conv_2d_dsp_straight(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                                 int8_t *scratch) {
  conv_2d(layer, in, out, scratch, FINISH_STRAIGHT);
}

void mcugen_conv_2d_dsp_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  conv_2d(layer, in, out, scratch, FINISH_SINGLE);
}

void mcugen_conv_2d_dsp_exact_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                     int8_t *out, int8_t *scratch) {
  conv_2d(layer, in, out, scratch, FINISH_EXACT_DOUBLE);
}

void mcugen_conv_2d_dsp_exact_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                     int8_t *out, int8_t *scratch) {
  conv_2d(layer, in, out, scratch, FINISH_EXACT_SINGLE);
}
