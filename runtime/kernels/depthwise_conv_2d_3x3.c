// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D of 3x3 filters for cores with DSP instructions: two outputs side by side at a
// time.
#include <stdbool.h>

#include "depthwise_conv_2d.h"
#include "dsp.h"
#include "plane.h"

typedef mcugen_depthwise_conv_2d_dsp_t layer_t;
typedef mcugen_plane_task_t task_t;

// How sums become results.
typedef enum { FINISH_DOUBLE, FINISH_RELU_DOUBLE, FINISH_SINGLE } finish_t;

enum { START, MULTIPLIER, ADDEND, SHIFT, WEIGHTS, CHANNEL_WORDS = WEIGHTS + 3 };

#if MCUGEN_DSP_ASSEMBLY
// Two outputs in 34 instructions (stride 1) or 37. r0 is the first row's word, r1 the output, r2-r7
// the filter: halfwords {w[0], w[1]}, {w[1], w[2]} per row, r8 where sums start, r9 and r10 the
// sums, r11 and r12 the input, lr the bytes of a plane's row. For double rounding filter and start
// are doubled, so that the sums are.
// clang-format off
#define ROW_1(first, last, sum9, sum10)                                              \
  "smlad r9, r11, " first ", " sum9 " \n smlatb r10, r11, " first ", " sum10 " \n"   \
  "smlabt r9, r12, " last ", r9 \n smlad r10, r12, " last ", r10 \n"
#define ROW_2(first, last, sum9, sum10)                                              \
  "smlad r9, r11, " first ", " sum9 " \n smlad r10, r12, " first ", " sum10 " \n"    \
  "smlabt r9, r12, " last ", r9 \n ldr r11, [r0] \n smlabt r10, r11, " last ", r10 \n"
#define LEFT(first, last, sum)                                                       \
  "smlad r9, r11, " first ", " sum " \n smlabt r9, r12, " last ", r9 \n"
#define THREE_ROWS(row, bytes)                                                       \
  "ldrd r11, r12, [r0], #" bytes " \n" row("r2", "r3", "r8", "r8") "add r0, lr \n"   \
  "ldrd r11, r12, [r0, #-" bytes "] \n" row("r4", "r5", "r9", "r10") "add r0, lr \n" \
  "ldrd r11, r12, [r0, #-" bytes "] \n" row("r6", "r7", "r9", "r10")                 \
  "sub r0, r0, lr, lsl #1 \n"
#define THREE_LEFTS                                                                  \
  "ldrd r11, r12, [r0] \n" LEFT("r2", "r3", "r8") "add r0, lr \n"                    \
  "ldrd r11, r12, [r0] \n" LEFT("r4", "r5", "r9") "add r0, lr \n"                    \
  "ldrd r11, r12, [r0] \n" LEFT("r6", "r7", "r9") "sub r0, r0, lr, lsl #1 \n"
// mcugen_requantize_channel; lr is only borrowed.
#define SCALE_DOUBLE(sum) "add lr, r12, " sum ", asr #31 \n smmlar " sum ", " sum ", r11, lr \n"
#define SCALE_RELU(sum) "smmlar " sum ", " sum ", r11, r12 \n"  // mcugen_requantize_channel_relu
#define SCALE_SINGLE(sum) "smmla " sum ", " sum ", r11, r12 \n"
#define NARROW(sum) "asr " sum ", " sum ", r11 \n ssat " sum ", #8, " sum " \n"
#define CHANNEL(double_weights, row, bytes, scale)                                   \
  "ldmia r0!, {r2-r12} \n push {r2-r12} \n mov lr, r5 \n"                            \
  "ldmia r0, {r0, r1, r2, r4, r6, r8} \n"                                            \
  "sxtb16 r3, r2, ror #8 \n sxtb16 r2, r2 \n sxtb16 r5, r4, ror #8 \n"               \
  "sxtb16 r4, r4 \n sxtb16 r7, r6, ror #8 \n sxtb16 r6, r6 \n" double_weights        \
  "1: " THREE_ROWS(row, bytes)                                                       \
  "ldrd r11, r12, [sp] \n" scale("r9") scale("r10") "ldrd r11, lr, [sp, #8] \n"      \
  NARROW("r9") NARROW("r10") "ldrd r11, r12, [sp, #16] \n"                           \
  "strb r9, [r1] \n strb r10, [r1, r12] \n add r1, r1, r12, lsl #1 \n"               \
  "cmp r0, r11 \n bne 1b \n"                                                         \
  "ldrd r9, r10, [sp, #24] \n cmp r10, #0 \n beq 2f \n" THREE_LEFTS                  \
  "ldrd r11, r12, [sp] \n" scale("r9") "ldrd r11, lr, [sp, #8] \n" NARROW("r9")      \
  "ldrd r11, r12, [sp, #16] \n strb r9, [r1] \n add r1, r12 \n ldr r9, [sp, #24] \n" \
  "2: ldrd r10, r12, [sp, #32] \n add r0, r9 \n add r11, r10 \n"                     \
  "str r11, [sp, #16] \n ldr r9, [sp, #40] \n add r1, r9 \n"                          \
  "subs r12, #1 \n str r12, [sp, #36] \n bne 1b \n add sp, #44 \n"
#define DOUBLE_WEIGHTS                                                               \
  "sadd16 r2, r2, r2 \n sadd16 r3, r3, r3 \n sadd16 r4, r4, r4 \n"                   \
  "sadd16 r5, r5, r5 \n sadd16 r6, r6, r6 \n sadd16 r7, r7, r7 \n lsl r8, r8, #1 \n"
// clang-format on

// What CHANNEL takes: first what it keeps on the stack.
typedef struct {
  int32_t multiplier;
  int32_t addend;
  uint32_t shift;
  uint32_t pitch_bytes;
  const int16_t *row_end;  // where the first row's pairs of outputs end
  uint32_t out_step;
  int32_t advance;     // bytes from there to the next row
  uint32_t odd;        // 1: each row has one more output
  uint32_t row_bytes;  // from one output row to the next
  uint32_t rows;
  uint32_t out_gap;  // from the end of an output row to the next one
  const int16_t *plane;
  int8_t *out;
  uint32_t weights[3];
  int32_t start;
} frame_t;

#define RUN(text)                                                                               \
  register const frame_t *given __asm__("r0") = frame;                                          \
  __asm__ volatile(text                                                                         \
                   : "+r"(given)                                                                \
                   :                                                                            \
                   : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", \
                     "lr", "cc", "memory")

// Not inlined, because they take all registers; one each, because a network seldom needs all.
static __attribute__((noinline)) void rows_double(const frame_t *frame, bool stride_2) {
  if (stride_2) {
    RUN(CHANNEL(DOUBLE_WEIGHTS, ROW_2, "8", SCALE_DOUBLE));
  } else {
    RUN(CHANNEL(DOUBLE_WEIGHTS, ROW_1, "4", SCALE_DOUBLE));
  }
}

static __attribute__((noinline)) void rows_relu(const frame_t *frame, bool stride_2) {
  if (stride_2) {
    RUN(CHANNEL(DOUBLE_WEIGHTS, ROW_2, "8", SCALE_RELU));
  } else {
    RUN(CHANNEL(DOUBLE_WEIGHTS, ROW_1, "4", SCALE_RELU));
  }
}

static __attribute__((noinline)) void rows_single(const frame_t *frame, bool stride_2) {
  if (stride_2) {
    RUN(CHANNEL("", ROW_2, "8", SCALE_SINGLE));
  } else {
    RUN(CHANNEL("", ROW_1, "4", SCALE_SINGLE));
  }
}

MCUGEN_INLINE frame_t prepare(const layer_t *layer) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t pairs = f->out_width / 2u;
  const uint32_t row_bytes = (uint32_t)f->stride_y * layer->pitch * 2u;
  const mcugen_plane_steps_t step =
      mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
  return (frame_t){
      .pitch_bytes = layer->pitch * 2u,
      .out_step = step.x,
      .advance = (int32_t)row_bytes - 4 * f->stride_x * (int32_t)pairs,
      .odd = f->out_width % 2u,
      .row_bytes = row_bytes,
      .out_gap = step.y - f->out_width * step.x,
  };
}

MCUGEN_INLINE const uint32_t *three_by_three(const layer_t *layer, const task_t *task,
                                             frame_t *frame, finish_t how) {
  const uint32_t *channel = task->channel;
  const uint32_t stride = layer->filter.stride_x;
  frame->multiplier = (int32_t)channel[MULTIPLIER];
  frame->addend = (int32_t)channel[ADDEND];
  frame->shift = channel[SHIFT];
  frame->row_end = task->plane + 2u * stride * (layer->filter.out_width / 2u);
  frame->rows = task->rows;
  frame->plane = task->plane;
  frame->out = task->out;
  frame->weights[0] = channel[WEIGHTS];
  frame->weights[1] = channel[WEIGHTS + 1];
  frame->weights[2] = channel[WEIGHTS + 2];
  frame->start = (int32_t)channel[START];
  if (how == FINISH_DOUBLE) {
    rows_double(frame, stride == 2);
  } else if (how == FINISH_RELU_DOUBLE) {
    rows_relu(frame, stride == 2);
  } else {
    rows_single(frame, stride == 2);
  }
  return channel + CHANNEL_WORDS;
}
#else
typedef mcugen_plane_steps_t frame_t;

MCUGEN_INLINE frame_t prepare(const layer_t *layer) {
  const mcugen_filter_t *f = &layer->filter;
  return mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
}

// A row of the filter as halfwords {w[0], w[1]} and {w[1], w[2]}.
typedef struct {
  uint32_t first, last;
} taps_t;

MCUGEN_INLINE taps_t taps_of(uint32_t word) {
  return (taps_t){mcugen_sxtb16(word), mcugen_sxtb16_ror8(word)};
}

typedef struct {
  int32_t left, right;
} sums_t;

// Two outputs side by side from one row: columns 0..3 (stride 1) or 0..4 (stride 2).
MCUGEN_INLINE sums_t multiply_row(const int16_t *row, taps_t w, uint32_t stride, sums_t sums) {
  const uint32_t a = mcugen_load_word(row);
  const uint32_t b = mcugen_load_word(row + 2);
  sums.left = mcugen_smlad(a, w.first, sums.left);
  sums.left = mcugen_smlabt(b, w.last, sums.left);
  if (stride == 1) {
    sums.right = mcugen_smlatb(a, w.first, sums.right);
    sums.right = mcugen_smlad(b, w.last, sums.right);
  } else {
    sums.right = mcugen_smlad(b, w.first, sums.right);
    sums.right = mcugen_smlabt(mcugen_load_word(row + 4), w.last, sums.right);
  }
  return sums;
}

MCUGEN_INLINE int8_t finish(int32_t sum, const uint32_t *channel, finish_t how) {
  const mcugen_requant_s8_t by = {(int32_t)channel[MULTIPLIER], (int32_t)channel[ADDEND],
                                  channel[SHIFT]};
  const int32_t doubled = mcugen_shift_left(sum, 1);
  const int32_t value = how == FINISH_DOUBLE
                            ? mcugen_requantize_channel(doubled, &by, MCUGEN_ROUND_DOUBLE)
                        : how == FINISH_RELU_DOUBLE
                            ? mcugen_requantize_channel_relu(doubled, &by)
                            : mcugen_requantize_channel(sum, &by, MCUGEN_ROUND_SINGLE);
  return (int8_t)value;
}

MCUGEN_INLINE const uint32_t *three_by_three(const layer_t *layer, const task_t *task,
                                             frame_t *frame, finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t *channel = task->channel;
  const int32_t start = (int32_t)channel[START];
  const int16_t *top = task->plane;
  int8_t *out = task->out;
  for (uint32_t y = 0; y < task->rows; ++y) {
    const int16_t *left = top;
    int8_t *to = out;
    for (uint32_t x = 0; x < f->out_width; x += 2) {
      sums_t sums = {start, start};
      const int16_t *row = left;
      for (uint32_t ky = 0; ky < 3; ++ky) {
        sums = multiply_row(row, taps_of(channel[WEIGHTS + ky]), f->stride_x, sums);
        row += layer->pitch;
      }
      left += 2u * f->stride_x;
      *to = finish(sums.left, channel, how);
      to += frame->x;
      if (x + 1u < f->out_width) {
        *to = finish(sums.right, channel, how);
        to += frame->x;
      }
    }
    top += (uint32_t)f->stride_y * layer->pitch;
    out += frame->y;
  }
  return channel + CHANNEL_WORDS;
}
#endif

static const uint32_t *compute_double(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_DOUBLE);
}

static const uint32_t *compute_relu(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_RELU_DOUBLE);
}

static const uint32_t *compute_single(const layer_t *layer, const task_t *task, void *state) {
  return three_by_three(layer, task, state, FINISH_SINGLE);
}

void mcugen_depthwise_conv_2d_3x3_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_double, &frame);
}

void mcugen_depthwise_conv_2d_3x3_relu_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_relu, &frame);
}

void mcugen_depthwise_conv_2d_3x3_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  frame_t frame = prepare(layer);
  mcugen_plane_every_channel(layer, in, out, scratch, compute_single, &frame);
}
