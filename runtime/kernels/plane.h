// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the DSP kernels of DEPTHWISE_CONV_2D share: a channel as a padded plane of int16, because
// taps that are side by side in the image lie far apart in memory.
#ifndef MCUGEN_KERNELS_PLANE_H
#define MCUGEN_KERNELS_PLANE_H

#include "depthwise_conv_2d.h"
#include "dsp.h"

// Bytes to the next pixel and to the next row of a tensor.
typedef struct {
  uint32_t x, y;
} mcugen_plane_steps_t;

MCUGEN_INLINE mcugen_plane_steps_t mcugen_plane_steps(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                                      uint32_t width, uint32_t height,
                                                      uint32_t channels) {
  return layer->on_side ? (mcugen_plane_steps_t){height * channels, channels}
                        : (mcugen_plane_steps_t){channels, width * channels};
}

// Output rows of one output channel, and where they go.
typedef struct {
  const int16_t *plane;
  const uint32_t *channel;  // its words in the stream
  int8_t *out;
  uint32_t rows;
} mcugen_plane_task_t;

// Computes a task; returns the words of the next channel. `state` is shared by all tasks.
typedef const uint32_t *mcugen_plane_compute_t(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const mcugen_plane_task_t *task, void *state);

static inline void mcugen_plane_fill(uint32_t *words, uint32_t count, int32_t value) {
  const uint32_t both = mcugen_pack_low((uint32_t)value, (uint32_t)value);
  for (uint32_t i = 0; i < count; ++i) {
    words[i] = both;
  }
}

// Rows of one channel: every `step`-th byte becomes a halfword.
typedef struct {
  uint32_t rows;
  uint32_t columns;
  uint32_t step;     // bytes from pixel to pixel
  uint32_t in_gap;   // bytes from the end of a row to the next one
  uint32_t out_gap;  // the same in the plane
} mcugen_plane_rows_t;

#if MCUGEN_DSP_ASSEMBLY
// 11 instructions for 4 pixels; half of what GCC 12 makes of the C below.
static inline void mcugen_plane_lay_out(const mcugen_plane_rows_t *p, const int8_t *in,
                                        int16_t *to) {
  const uint32_t quads = p->columns / 4;
  const uint32_t rest = p->columns % 4;
  const uint32_t in_gap = p->in_gap;
  const uint32_t out_gap = p->out_gap;
  uint32_t rows = p->rows;
  uint32_t left, a, b, c, d;
  __asm__ volatile(
      "1: ldr %[left], %[quads] \n cmp %[left], #0 \n beq 3f \n"
      "2: ldrsb %[a], [%[in]] \n ldrsb %[b], [%[in], %[step]] \n"
      "ldrsb %[c], [%[in], %[step2]] \n ldrsb %[d], [%[in], %[step3]] \n"
      "add %[in], %[in], %[step], lsl #2 \n"
      "pkhbt %[a], %[a], %[b], lsl #16 \n pkhbt %[c], %[c], %[d], lsl #16 \n"
      "str %[a], [%[to]], #4 \n str %[c], [%[to]], #4 \n"
      "subs %[left], #1 \n bne 2b \n"
      "3: ldr %[left], %[rest] \n cmp %[left], #0 \n beq 5f \n"
      "4: ldrsb %[a], [%[in]] \n add %[in], %[step] \n strh %[a], [%[to]], #2 \n"
      "subs %[left], #1 \n bne 4b \n"
      "5: ldr %[a], %[in_gap] \n ldr %[b], %[out_gap] \n add %[in], %[a] \n add %[to], %[b] \n"
      "subs %[rows], #1 \n bne 1b \n"
      : [in] "+&r"(in), [to] "+&r"(to), [rows] "+&r"(rows), [left] "=&r"(left), [a] "=&r"(a),
        [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)
      : [step] "r"(p->step), [step2] "r"(2 * p->step), [step3] "r"(3 * p->step), [quads] "m"(quads),
        [rest] "m"(rest), [in_gap] "m"(in_gap), [out_gap] "m"(out_gap)
      : "cc", "memory");
}
#else
static inline void mcugen_plane_lay_out(const mcugen_plane_rows_t *p, const int8_t *in,
                                        int16_t *to) {
  const uint32_t out_step = p->columns + p->out_gap / 2;
  for (uint32_t row = 0; row < p->rows; ++row) {
    for (uint32_t column = 0; column < p->columns; ++column) {
      const int16_t pixel = in[row * (p->columns * p->step + p->in_gap) + column * p->step];
      // As bytes, because mcugen_plane_fill stored words here.
      __builtin_memcpy(&to[row * out_step + column], &pixel, sizeof pixel);
    }
  }
}
#endif

// All batches, bands, input channels and their outputs.
MCUGEN_INLINE void mcugen_plane_every_channel(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch,
                                              mcugen_plane_compute_t *compute, void *state) {
  const mcugen_filter_t *f = &layer->filter;
  uint32_t *words = (uint32_t *)(void *)scratch;
  int16_t *plane = (int16_t *)(void *)scratch;
  const uint32_t multiplier = (uint32_t)f->out_channels / f->in_channels;
  const mcugen_plane_steps_t in_step =
      mcugen_plane_steps(layer, f->in_width, f->in_height, f->in_channels);
  const mcugen_plane_steps_t out_step =
      mcugen_plane_steps(layer, f->out_width, f->out_height, f->out_channels);
  mcugen_plane_rows_t image = {
      .columns = f->in_width,
      .step = in_step.x,
      .in_gap = in_step.y - f->in_width * in_step.x,
      .out_gap = ((uint32_t)layer->pitch - f->in_width) * 2u,
  };
  for (uint32_t batch = 0; batch < f->batches; ++batch) {
    int8_t *to = out;
    for (int32_t y = 0; y < f->out_height; y += layer->band) {
      const int32_t rows = f->out_height - y < layer->band ? f->out_height - y : layer->band;
      const int32_t top = y * f->stride_y - f->pad_top;
      const int32_t seen = (rows - 1) * f->stride_y + (f->height - 1) * f->dilation_y + 1;
      const int32_t first = top > 0 ? top : 0;
      const int32_t end = top + seen < f->in_height ? top + seen : f->in_height;
      const int8_t *from = in + (uint32_t)first * in_step.y;
      int16_t *start = plane + (first - top) * layer->pitch + f->pad_left;
      mcugen_plane_task_t task = {plane, layer->channels, to, (uint32_t)rows};
      image.rows = end > first ? (uint32_t)(end - first) : 0;
      mcugen_plane_fill(words, layer->plane_words, layer->in_zero_point);
      for (uint32_t c = 0; c < f->in_channels; ++c) {
        if (image.rows != 0) {
          mcugen_plane_lay_out(&image, from + c, start);
        }
        for (uint32_t i = 0; i < multiplier; ++i) {
          task.channel = compute(layer, &task, state);
          ++task.out;
        }
      }
      to += (uint32_t)rows * out_step.y;
    }
    in += f->in_height * f->in_width * f->in_channels;
    out += f->out_height * f->out_width * f->out_channels;
  }
}

#endif
