// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D of any filter for cores with DSP instructions: two taps per multiply, four
// outputs of a row at a time.
#include "depthwise_conv_2d.h"

#include <stdbool.h>

#include "dsp.h"
#include "plane.h"

typedef mcugen_depthwise_conv_2d_dsp_t layer_t;
typedef mcugen_plane_task_t task_t;

// How sums become results; for FINISH_DOUBLE and FINISH_RELU_DOUBLE sums are doubled (see
// mcugen_requantize_channel).
typedef enum {
  FINISH_DOUBLE,
  FINISH_RELU_DOUBLE,
  FINISH_SINGLE,
  FINISH_EXACT_DOUBLE,
  FINISH_EXACT_SINGLE
} finish_t;

enum { START, MULTIPLIER, ADDEND, SHIFT, WEIGHTS };

// Four outputs side by side, `blocks` times.
typedef struct {
  uint32_t blocks;
  uint32_t row_gap;    // bytes from the end of a row of taps to the next
  uint32_t out_of[3];  // bytes from the first output to the others
  uint32_t height;
  uint32_t out_step;  // bytes from output to output
  mcugen_requant_s8_t by;
  const int16_t *left;  // the first tap of the first output
  int8_t *out;
  uint32_t *weights;  // two taps per word
  int32_t start;
  uint32_t step;     // bytes from output to output in the plane
  uint32_t step_3;   // 3 * step
  uint32_t pairs;    // words of weights per row
  uint32_t out_row;  // bytes from output row to output row
} blocks_t;

#if MCUGEN_DSP_ASSEMBLY
// 11 instructions for 8 multiplications. r0 is the input, r1 the weights, r2 and r3 the steps,
// r4-r7 the sums, r8 two weights, r9 and r10 the input, r11 the rows of taps left, r12 the words
// per row, lr those left. The rest waits on the stack: seven words of blocks_t from `by` on, then
// the first seven.
#define ROW_OF_TAPS                                                           \
  "mov lr, r12 \n"                                                            \
  "3: ldr r8, [r1], #4 \n ldr r9, [r0, r2] \n ldr r10, [r0, r2, lsl #1] \n"   \
  "smlad r5, r9, r8, r5 \n smlad r6, r10, r8, r6 \n"                          \
  "ldr r9, [r0, r3] \n ldr r10, [r0], #4 \n"                                  \
  "smlad r7, r9, r8, r7 \n smlad r4, r10, r8, r4 \n subs lr, #1 \n bne 3b \n" \
  "ldr r9, [sp, #32] \n add r0, r9 \n subs r11, #1 \n bne 2b \n"
// clang-format off
// mcugen_requantize_channel
#define SCALE_DOUBLE(sum) "add lr, r9, " sum ", asr #31 \n smmlar " sum ", " sum ", r8, lr \n"
#define SCALE_RELU(sum) "smmlar " sum ", " sum ", r8, r9 \n"  // mcugen_requantize_channel_relu
#define SCALE_SINGLE(sum) "smmla " sum ", " sum ", r8, r9 \n"
#define NARROW(sum) "asr " sum ", " sum ", r10 \n ssat " sum ", #8, " sum " \n"
#define BLOCKS(scale)                                                                  \
  "ldmia r0!, {r1-r7} \n push {r1-r7} \n ldmia r0!, {r1-r7} \n push {r1-r7} \n"        \
  "ldmia r0, {r2, r3, r12} \n"                                                         \
  "1: ldr r0, [sp, #12] \n ldrd r1, r4, [sp, #20] \n ldr r11, [sp, #48] \n"            \
  "mov r5, r4 \n mov r6, r4 \n mov r7, r4 \n"                                          \
  "2: " ROW_OF_TAPS                                                                    \
  "ldm sp, {r8, r9, r10} \n" scale("r4") scale("r5") scale("r6") scale("r7")           \
  NARROW("r4") NARROW("r5") NARROW("r6") NARROW("r7")                                  \
  "ldrd r0, r1, [sp, #12] \n ldrd r8, r9, [sp, #36] \n ldr r10, [sp, #44] \n"          \
  "strb r7, [r1, r10] \n strb r6, [r1, r9] \n strb r5, [r1, r8] \n strb r4, [r1] \n"   \
  "ldr r11, [sp, #52] \n add r0, r0, r2, lsl #2 \n add r1, r1, r11, lsl #2 \n"         \
  "strd r0, r1, [sp, #12] \n ldr r11, [sp, #28] \n subs r11, #1 \n"                    \
  "str r11, [sp, #28] \n bne 1b \n add sp, #56 \n"
// clang-format on

#define RUN(text)                                                                               \
  __asm__ volatile(text                                                                         \
                   : "+r"(given)                                                                \
                   :                                                                            \
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", \
                     "lr", "cc", "memory")

// Not inlined, because they take all registers; one each, because a network seldom needs all.
static __attribute__((noinline)) void blocks_double(const blocks_t *b) {
  register const blocks_t *given __asm__("r0") = b;
  RUN(BLOCKS(SCALE_DOUBLE));
}

static __attribute__((noinline)) void blocks_relu(const blocks_t *b) {
  register const blocks_t *given __asm__("r0") = b;
  RUN(BLOCKS(SCALE_RELU));
}

static __attribute__((noinline)) void blocks_single(const blocks_t *b) {
  register const blocks_t *given __asm__("r0") = b;
  RUN(BLOCKS(SCALE_SINGLE));
}
#endif

// One result from its sum.
MCUGEN_INLINE int8_t finish(const layer_t *layer, int32_t sum, mcugen_requant_s8_t by,
                            finish_t how) {
  const bool is_double = how == FINISH_DOUBLE || how == FINISH_EXACT_DOUBLE;
  const mcugen_rounding_t rounding = is_double ? MCUGEN_ROUND_DOUBLE : MCUGEN_ROUND_SINGLE;
  if (how == FINISH_RELU_DOUBLE) {
    return (int8_t)mcugen_requantize_channel_relu(sum, &by);
  }
  if (how == FINISH_DOUBLE || how == FINISH_SINGLE) {
    return (int8_t)mcugen_requantize_channel(sum, &by, rounding);
  }
  const mcugen_requant_t exact = {by.multiplier, by.addend};
  const int32_t value = mcugen_requantize(sum, exact, rounding);
  return (int8_t)mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
}

MCUGEN_INLINE void compute_blocks(const layer_t *layer, const blocks_t *b, finish_t how) {
#if MCUGEN_DSP_ASSEMBLY
  if (how == FINISH_DOUBLE) {
    blocks_double(b);
    return;
  }
  if (how == FINISH_RELU_DOUBLE) {
    blocks_relu(b);
    return;
  }
  if (how == FINISH_SINGLE) {
    blocks_single(b);
    return;
  }
#endif
  const int16_t *left = b->left;
  int8_t *out = b->out;
  for (uint32_t block = 0; block < b->blocks; ++block) {
    int32_t sum[4] = {b->start, b->start, b->start, b->start};
    const uint8_t *at = (const uint8_t *)left;
    const uint32_t *weights = b->weights;
    for (uint32_t ky = 0; ky < b->height; ++ky) {
      for (uint32_t pair = 0; pair < b->pairs; ++pair) {
        for (uint32_t i = 0; i < 4; ++i) {
          sum[i] = mcugen_smlad(mcugen_load_word(at + i * b->step), *weights, sum[i]);
        }
        at += 4;
        ++weights;
      }
      at += (int32_t)b->row_gap;
    }
    out[b->out_of[2]] = finish(layer, sum[3], b->by, how);
    out[b->out_of[1]] = finish(layer, sum[2], b->by, how);
    out[b->out_of[0]] = finish(layer, sum[1], b->by, how);
    out[0] = finish(layer, sum[0], b->by, how);
    left += 2 * b->step;
    out += 4 * b->out_step;
  }
}

// The weights of a channel as int16, doubled where sums are.
static void spread_weights(const uint32_t *packed, uint32_t words, bool doubled, uint32_t *spread) {
  for (const uint32_t *end = spread + words; spread < end; spread += 2) {
    const uint32_t first = mcugen_sxtb16(*packed);
    const uint32_t second = mcugen_sxtb16_ror8(*packed);
    spread[0] = doubled ? mcugen_sadd16(first, first) : first;
    spread[1] = doubled ? mcugen_sadd16(second, second) : second;
    ++packed;
  }
}

MCUGEN_INLINE blocks_t prepare(const layer_t *layer, int8_t *scratch) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t pairs = (((uint32_t)f->width - 1) * f->dilation_x + 2) / 2;
  const uint32_t last = f->out_width - 1u;
  const mcugen_plane_steps_t out_step =
      mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
  const uint32_t step = out_step.x;
  return (blocks_t){
      .row_gap = 2u * f->dilation_y * layer->pitch - 4 * pairs,
      .out_of = {(last < 1 ? last : 1) * step, (last < 2 ? last : 2) * step,
                 (last < 3 ? last : 3) * step},
      .height = f->height,
      .out_step = step,
      .weights = (uint32_t *)(void *)scratch + layer->plane_words,
      .step = 2u * f->stride_x,
      .step_3 = 6u * f->stride_x,
      .pairs = pairs,
      .out_row = out_step.y,
  };
}

// The last outputs of a row are computed twice rather than one by one; in a row of fewer than four,
// what lies beyond it is stored first, at the place of its last one.
MCUGEN_INLINE const uint32_t *any_filter(const layer_t *layer, const task_t *task, blocks_t *b,
                                         finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t *channel = task->channel;
  const bool doubled = how == FINISH_DOUBLE || how == FINISH_RELU_DOUBLE;
  const uint32_t words = b->height * b->pairs;
  const uint32_t rest = f->out_width < 4 ? 0 : f->out_width - 4u;
  const int16_t *left = task->plane;
  int8_t *out = task->out;
  b->by =
      (mcugen_requant_s8_t){(int32_t)channel[MULTIPLIER], (int32_t)channel[ADDEND], channel[SHIFT]};
  b->start = mcugen_shift_left((int32_t)channel[START], doubled ? 1 : 0);
  spread_weights(channel + WEIGHTS, words, doubled, b->weights);
  for (uint32_t y = 0; y < task->rows; ++y) {
    b->left = left;
    b->out = out;
    b->blocks = f->out_width / 4u;
    if (b->blocks != 0) {
      compute_blocks(layer, b, how);
    }
    if (f->out_width % 4u != 0) {
      b->left = left + rest * f->stride_x;
      b->out = out + rest * b->out_step;
      b->blocks = 1;
      compute_blocks(layer, b, how);
    }
    left += (uint32_t)f->stride_y * layer->pitch;
    out += b->out_row;
  }
  return channel + WEIGHTS + (words + 1) / 2;
}

static const uint32_t *compute_double(const layer_t *layer, const task_t *task, void *state) {
  return any_filter(layer, task, state, FINISH_DOUBLE);
}

static const uint32_t *compute_relu(const layer_t *layer, const task_t *task, void *state) {
  return any_filter(layer, task, state, FINISH_RELU_DOUBLE);
}

static const uint32_t *compute_single(const layer_t *layer, const task_t *task, void *state) {
  return any_filter(layer, task, state, FINISH_SINGLE);
}

static const uint32_t *compute_exact_double(const layer_t *layer, const task_t *task, void *state) {
  return any_filter(layer, task, state, FINISH_EXACT_DOUBLE);
}

static const uint32_t *compute_exact_single(const layer_t *layer, const task_t *task, void *state) {
  return any_filter(layer, task, state, FINISH_EXACT_SINGLE);
}

void mcugen_depthwise_conv_2d_dsp_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  blocks_t blocks = prepare(layer, scratch);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_double, &blocks);
}

void mcugen_depthwise_conv_2d_dsp_relu_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch) {
  blocks_t blocks = prepare(layer, scratch);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_relu, &blocks);
}

void mcugen_depthwise_conv_2d_dsp_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  blocks_t blocks = prepare(layer, scratch);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_single, &blocks);
}

void mcugen_depthwise_conv_2d_dsp_exact_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch) {
  blocks_t blocks = prepare(layer, scratch);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_exact_double, &blocks);
}

void mcugen_depthwise_conv_2d_dsp_exact_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch) {
  blocks_t blocks = prepare(layer, scratch);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_exact_single, &blocks);
}
