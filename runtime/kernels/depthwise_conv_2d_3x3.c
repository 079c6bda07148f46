// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D of 3x3 filters for cores with DSP instructions: two outputs side by side at a
// time.
#include "depthwise_conv_2d.h"

#include <stdbool.h>

#include "dsp.h"
#include "plane.h"

typedef mcugen_depthwise_conv_2d_dsp_t layer_t;
typedef mcugen_plane_task_t task_t;

// How sums become results.
typedef enum { FINISH_DOUBLE, FINISH_STRAIGHT, FINISH_SINGLE } finish_t;

enum { START, MULTIPLIER, ADDEND, SHIFT, WEIGHTS, CHANNEL_WORDS = WEIGHTS + 3 };

// --- one output at a time ------------------------------------------------------------------------

MCUGEN_INLINE int8_t finish(int32_t sum, const uint32_t *channel, finish_t how) {
  const mcugen_requant_s8_t by = {(int32_t)channel[MULTIPLIER], (int32_t)channel[ADDEND],
                                  channel[SHIFT]};
  const int32_t value =
      how == FINISH_DOUBLE
          ? mcugen_requantize_channel(mcugen_shift_left(sum, 1), &by, MCUGEN_ROUND_DOUBLE)
      : how == FINISH_STRAIGHT ? mcugen_requantize_straight(sum, &by)
                               : mcugen_requantize_channel(sum, &by, MCUGEN_ROUND_SINGLE);
  return (int8_t)value;
}

MCUGEN_INLINE int32_t load_half(const int16_t *from) {
  int16_t half;
  __builtin_memcpy(&half, from, sizeof half);
  return half;
}

// A row of the filter is the bytes w[0], w[1], w[1], w[2].
MCUGEN_INLINE void one_by_one(const layer_t *layer, const task_t *task, finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  const mcugen_plane_steps_t step =
      mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
  for (uint32_t y = 0; y < task->rows; ++y) {
    int8_t *to = task->out + y * step.y;
    for (uint32_t x = 0; x < f->out_width; ++x) {
      const int16_t *row = task->plane + y * f->stride_y * layer->pitch + x * f->stride_x;
      const int8_t *w = (const int8_t *)&task->channel[WEIGHTS];
      int32_t sum = (int32_t)task->channel[START];
      for (const int8_t *end = w + 12; w != end; w += 4) {
        sum = mcugen_add(
            sum, load_half(row) * w[0] + load_half(row + 1) * w[1] + load_half(row + 2) * w[3]);
        row += layer->pitch;
      }
      *to = finish(sum, task->channel, how);
      to += step.x;
    }
  }
}

// --- four at a time ------------------------------------------------------------------------------

#if MCUGEN_DSP_ASSEMBLY
// Four outputs of a row in 54 instructions (straight, stride 1), then one at a time in 27. r0 is
// the first row's word, r1 the bytes of a plane's row, r2-r7 the filter: halfwords {w[0], w[1]},
// {w[1], w[2]} per row, r8-r11 the sums, r12 and lr the input. The rest waits on the stack: the
// first words of frame_t. For double rounding filter and start are doubled, so that the sums are;
// straight, 256 times as large.
// clang-format off
#define FOUR_1(first, last, s8, s9, s10, more, back)                                 \
  "ldrd r12, lr, [r0" back "] \n"                                                    \
  "smlad r8, r12, " first ", " s8 " \n smlatb r9, r12, " first ", " s9 " \n"         \
  "smlabt r8, lr, " last ", r8 \n smlad r9, lr, " last ", r9 \n"                     \
  "smlad r10, lr, " first ", " s10 " \n smlatb r11, lr, " first ", r11 \n"           \
  "ldr r12, [r0" more " \n smlabt r10, r12, " last ", r10 \n smlad r11, r12, " last ", r11 \n"
#define FOUR_2(first, last, s8, s9, s10, more, back, middle)                         \
  "ldrd r12, lr, [r0" back "] \n smlad r8, r12, " first ", " s8 " \n"                \
  "smlabt r8, lr, " last ", r8 \n smlad r9, lr, " first ", " s9 " \n"                \
  "ldrd r12, lr, [r0" middle "] \n smlabt r9, r12, " last ", r9 \n"                  \
  "smlad r10, r12, " first ", " s10 " \n smlabt r10, lr, " last ", r10 \n"           \
  "smlad r11, lr, " first ", r11 \n ldr r12, [r0" more " \n smlabt r11, r12, " last ", r11 \n"
#define FOURS_1                                                                      \
  FOUR_1("r2", "r3", "r11", "r11", "r11", ", #8]!", "") "add r0, r1 \n"              \
  FOUR_1("r4", "r5", "r8", "r9", "r10", "]", ", #-8") "add r0, r1 \n"                \
  FOUR_1("r6", "r7", "r8", "r9", "r10", "]", ", #-8")
#define FOURS_2                                                                      \
  FOUR_2("r2", "r3", "r11", "r11", "r11", ", #16]!", "", ", #8") "add r0, r1 \n"     \
  FOUR_2("r4", "r5", "r8", "r9", "r10", "]", ", #-16", ", #-8") "add r0, r1 \n"      \
  FOUR_2("r6", "r7", "r8", "r9", "r10", "]", ", #-16", ", #-8")
#define ONE(first, last)                                                             \
  "ldr r12, [r0] \n ldrh lr, [r0, #4] \n"                                            \
  "smlad r8, r12, " first ", r8 \n smlabt r8, lr, " last ", r8 \n"
#define ONES ONE("r2", "r3") "add r0, r1 \n" ONE("r4", "r5") "add r0, r1 \n" ONE("r6", "r7")
// mcugen_requantize_channel; r1 is only borrowed.
#define SCALE_DOUBLE(sum) "add r1, lr, " sum ", asr #31 \n smmlar " sum ", " sum ", r12, r1 \n"
#define SCALED_DOUBLE "ldr r12, [sp, #12] \n ldr r1, [sp, #48] \n"
#define SCALE_SINGLE(sum) "smmla " sum ", " sum ", r12, lr \n"
#define SCALED_SINGLE "ldr r12, [sp, #12] \n"
#define NARROW(sum) "asr " sum ", " sum ", r12 \n ssat " sum ", #8, " sum " \n"
// mcugen_requantize_straight
#define SCALED_STRAIGHT ""
#define NARROW_STRAIGHT(sum) "ssat " sum ", #8, " sum ", asr #" MCUGEN_TEXT(MCUGEN_ONE_SHIFT) " \n"
#define FINISH_ONE(scale, scaled, narrow)                                            \
  "sub r0, r0, r1, lsl #1 \n ldrd r12, lr, [sp, #4] \n" scale("r8") scaled narrow("r8")
#define FINISH_FOUR(scale, scaled, narrow)                                           \
  "sub r0, r0, r1, lsl #1 \n ldrd r12, lr, [sp, #4] \n"                              \
  scale("r8") scale("r9") scale("r10") scale("r11") scaled                           \
  narrow("r8") narrow("r9") narrow("r10") narrow("r11")
#define FOURS(label, fours, finish...)                                               \
  label ": ldr r11, [sp] \n" fours FINISH_FOUR(finish) "ldrd r12, lr, [sp, #16] \n"  \
  "strb r8, [r12] \n strb r9, [r12, lr] \n add r12, r12, lr, lsl #1 \n"              \
  "strb r10, [r12] \n strb r11, [r12, lr] \n add r12, r12, lr, lsl #1 \n"            \
  "str r12, [sp, #16] \n ldr r12, [sp, #24] \n cmp r0, r12 \n bne " label "b \n"
#define CHANNEL(bits, widen, finish...)                                              \
  "ldmia r0!, {r1-r10} \n push {r1-r10} \n mov r1, r9 \n ldmia r0, {r0, r12} \n"     \
  "ldmia r12!, {r8-r11} \n lsl r8, #" bits " \n push {r8-r11} \n"                    \
  "ldmia r12, {r2, r4, r6} \n" widen("r2", "r3") widen("r4", "r5") widen("r6", "r7") \
  "1: ldr r12, [sp, #24] \n cmp r0, r12 \n beq 4f \n"                                \
  "ldr r12, [sp, #52] \n cmp r12, #2 \n beq 3f \n"                                   \
  FOURS("2", FOURS_2, finish) "b 4f \n" FOURS("3", FOURS_1, finish)                  \
  "4: ldr r10, [sp, #28] \n cmp r10, #0 \n beq 6f \n"                                \
  "5: ldr r8, [sp] \n" ONES FINISH_ONE(finish) "ldrd r12, lr, [sp, #16] \n"          \
  "strb r8, [r12] \n add r12, lr \n str r12, [sp, #16] \n"                           \
  "ldr r12, [sp, #52] \n add r0, r12 \n subs r10, #1 \n bne 5b \n"                   \
  "6: ldrd r8, r9, [sp, #32] \n add r0, r8 \n ldrd r10, r11, [sp, #40] \n"           \
  "ldr r12, [sp, #16] \n add r12, r11 \n str r12, [sp, #16] \n"                      \
  "ldr r12, [sp, #24] \n add r12, r9 \n str r12, [sp, #24] \n"                       \
  "subs r10, #1 \n str r10, [sp, #40] \n bne 1b \n add sp, #56 \n"
#define WIDEN(first, last) "sxtb16 " last ", " first ", ror #8 \n sxtb16 " first ", " first " \n"
#define WIDEN_DOUBLE(first, last) WIDEN(first, last)                                 \
  "sadd16 " first ", " first ", " first " \n sadd16 " last ", " last ", " last " \n"
#define WIDEN_STRAIGHT(first, last)                                                  \
  "and " last ", " first ", #0xff00ff00 \n lsl " first ", #8 \n and " first ", #0xff00ff00 \n"
// clang-format on

// What CHANNEL takes: first what it keeps on the stack.
typedef struct {
  int8_t *out;
  uint32_t out_step;
  const int16_t *fours_end;  // where the first row's fours of outputs end
  uint32_t rest;             // outputs that each row has beyond them
  int32_t advance;           // bytes from the end of a row to the next
  uint32_t row_bytes;        // from one output row to the next
  uint32_t rows;
  uint32_t out_gap;  // from the end of an output row to the next one
  uint32_t pitch_bytes;
  uint32_t step;  // bytes from output to output in the plane
  const int16_t *plane;
  const uint32_t *channel;
} frame_t;

#define RUN(text)                                                                               \
  register const frame_t *given __asm__("r0") = frame;                                          \
  __asm__ volatile(text                                                                         \
                   : "+r"(given)                                                                \
                   :                                                                            \
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", \
                     "lr", "cc", "memory")
// Not inlined, because they take all registers; one each, because a network seldom needs all.
static __attribute__((noinline)) void rows_double(const frame_t *frame) {
  RUN(CHANNEL("1", WIDEN_DOUBLE, SCALE_DOUBLE, SCALED_DOUBLE, NARROW));
}

static __attribute__((noinline)) void rows_straight(const frame_t *frame) {
  RUN(CHANNEL("8", WIDEN_STRAIGHT, SCALE_SINGLE, SCALED_STRAIGHT, NARROW_STRAIGHT));
}

static __attribute__((noinline)) void rows_single(const frame_t *frame) {
  RUN(CHANNEL("0", WIDEN, SCALE_SINGLE, SCALED_SINGLE, NARROW));
}

MCUGEN_INLINE frame_t prepare(const layer_t *layer) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t row_bytes = (uint32_t)f->stride_y * layer->pitch * 2u;
  const mcugen_plane_steps_t step =
      mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
  return (frame_t){
      .pitch_bytes = layer->pitch * 2u,
      .out_step = step.x,
      .advance = (int32_t)row_bytes - 2 * f->stride_x * f->out_width,
      .step = 2u * f->stride_x,
      .rest = f->out_width % 4u,
      .row_bytes = row_bytes,
      .out_gap = step.y - f->out_width * step.x,
  };
}

MCUGEN_INLINE const uint32_t *three_by_three(const layer_t *layer, const task_t *task,
                                             frame_t *frame, finish_t how) {
  const uint32_t *channel = task->channel;
  if (how == FINISH_STRAIGHT && channel[SHIFT] != MCUGEN_ONE_SHIFT) {
    one_by_one(layer, task, how);
    return channel + CHANNEL_WORDS;
  }
  frame->out = task->out;
  frame->fours_end = task->plane + layer->filter.out_width / 4u * 4u * layer->filter.stride_x;
  frame->rows = task->rows;
  frame->plane = task->plane;
  frame->channel = channel;
  if (how == FINISH_DOUBLE) {
    rows_double(frame);
  } else if (how == FINISH_STRAIGHT) {
    rows_straight(frame);
  } else {
    rows_single(frame);
  }
  return channel + CHANNEL_WORDS;
}
#else
typedef struct {
  uint8_t unused;
} frame_t;

MCUGEN_INLINE frame_t prepare(const layer_t *layer) {
  (void)layer;
  return (frame_t){0};
}

MCUGEN_INLINE const uint32_t *three_by_three(const layer_t *layer, const task_t *task,
                                             const frame_t *frame, finish_t how) {
  (void)frame;
  one_by_one(layer, task, how);
  return task->channel + CHANNEL_WORDS;
}
#endif

static const uint32_t *compute_double(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_DOUBLE);
}

static const uint32_t *compute_straight(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_STRAIGHT);
}

static const uint32_t *compute_single(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_SINGLE);
}

void mcugen_depthwise_conv_2d_3x3_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_double, &frame);
}

void mcugen_depthwise_conv_2d_3x3_straight(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                           const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_straight, &frame);
}

void mcugen_depthwise_conv_2d_3x3_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_single, &frame);
}
