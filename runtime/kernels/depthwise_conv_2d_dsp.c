// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D of any filter for cores with DSP instructions: two taps per multiply, four outputs
// of a row at a time.
#include <stdbool.h>

#include "depthwise_conv_2d.h"
#include "dsp.h"
#include "plane.h"

typedef mcugen_depthwise_conv_2d_dsp_t layer_t;
typedef mcugen_plane_task_t task_t;

// How sums become results.
typedef enum { FINISH_DOUBLE, FINISH_SINGLE, FINISH_EXACT_DOUBLE, FINISH_EXACT_SINGLE } finish_t;

// One result from its sum and its requantisation in the stream.
MCUGEN_INLINE int8_t finish(const layer_t *layer, int32_t sum, mcugen_requant_s8_t by,
                            finish_t how) {
  const bool is_double = how == FINISH_DOUBLE || how == FINISH_EXACT_DOUBLE;
  const mcugen_rounding_t rounding = is_double ? MCUGEN_ROUND_DOUBLE : MCUGEN_ROUND_SINGLE;
  if (how == FINISH_DOUBLE || how == FINISH_SINGLE) {
    const int32_t scaled = is_double ? mcugen_shift_left(sum, 1) : sum;
    return (int8_t)mcugen_requantize_channel(scaled, &by, rounding);
  }
  const mcugen_requant_t exact = {by.multiplier, by.addend};
  const int32_t value = mcugen_requantize(sum, exact, rounding);
  return (int8_t)mcugen_clamp(mcugen_add(value, layer->zero_point), layer->low, layer->high);
}

// The weights of a channel as int16; the taps that dilation skips become 0.
static void spread_weights(const mcugen_filter_t *f, const int8_t *weights,
                           uint32_t words_per_row, uint32_t *words) {
  int16_t *row = (int16_t *)(void *)words;
  mcugen_plane_fill(words, f->height * words_per_row, 0);
  for (uint32_t ky = 0; ky < f->height; ++ky) {
    int16_t *to = row;
    for (uint32_t kx = 0; kx < f->width; ++kx) {
      *to = *weights++;
      to += f->dilation_x;
    }
    row += 2 * words_per_row;
  }
}

// The last outputs of a row are computed twice rather than one by one; in a row of fewer than four,
// what lies beyond it is stored first, at the place of its last one.
MCUGEN_INLINE const uint32_t *any_filter(const layer_t *layer, const task_t *task, finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t *stream = task->channel;
  const int32_t start = (int32_t)stream[0];
  const mcugen_requant_s8_t by = {(int32_t)stream[1], (int32_t)stream[2], stream[3]};
  const uint32_t pairs = (((uint32_t)f->width - 1) * f->dilation_x + 2) / 2;
  const uint32_t row_step = (uint32_t)f->dilation_y * layer->pitch;
  const uint32_t step = f->stride_x;
  const uint32_t last = f->out_width - 1u;
  const uint32_t out1 = (last < 1 ? last : 1) * layer->out_step_x;
  const uint32_t out2 = (last < 2 ? last : 2) * layer->out_step_x;
  const uint32_t out3 = (last < 3 ? last : 3) * layer->out_step_x;
  const int16_t *top = task->plane;
  int8_t *out = task->out;
  spread_weights(f, (const int8_t *)(stream + 4), pairs, task->weights);
  for (uint32_t y = 0; y < task->rows; ++y) {
    for (uint32_t x = 0; x <= last; x += 4) {
      x = last >= 3 && x > last - 3 ? last - 3 : x;
      int32_t sum0 = start;
      int32_t sum1 = start;
      int32_t sum2 = start;
      int32_t sum3 = start;
      const int16_t *row = top + x * step;
      const uint32_t *weights = task->weights;
      for (uint32_t ky = 0; ky < f->height; ++ky) {
        const int16_t *at = row;
        for (const uint32_t *end = weights + pairs; weights != end; ++weights) {
          sum0 = mcugen_smlad(mcugen_load_word(at), *weights, sum0);
          sum1 = mcugen_smlad(mcugen_load_word(at + step), *weights, sum1);
          sum2 = mcugen_smlad(mcugen_load_word(at + 2 * step), *weights, sum2);
          sum3 = mcugen_smlad(mcugen_load_word(at + 3 * step), *weights, sum3);
          at += 2;
        }
        row += row_step;
      }
      int8_t *to = out + x * layer->out_step_x;
      to[out3] = finish(layer, sum3, by, how);
      to[out2] = finish(layer, sum2, by, how);
      to[out1] = finish(layer, sum1, by, how);
      to[0] = finish(layer, sum0, by, how);
    }
    top += (uint32_t)f->stride_y * layer->pitch;
    out += layer->out_step_y;
  }
  return stream + 4 + ((uint32_t)f->height * f->width + 3) / 4;
}

static const uint32_t *compute_double(const layer_t *layer, const task_t *task) {
  return any_filter(layer, task, FINISH_DOUBLE);
}

static const uint32_t *compute_single(const layer_t *layer, const task_t *task) {
  return any_filter(layer, task, FINISH_SINGLE);
}

static const uint32_t *compute_exact_double(const layer_t *layer, const task_t *task) {
  return any_filter(layer, task, FINISH_EXACT_DOUBLE);
}

static const uint32_t *compute_exact_single(const layer_t *layer, const task_t *task) {
  return any_filter(layer, task, FINISH_EXACT_SINGLE);
}

void mcugen_depthwise_conv_2d_dsp_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_plane_every_channel(layer, in, out, scratch, compute_double);
}

void mcugen_depthwise_conv_2d_dsp_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_plane_every_channel(layer, in, out, scratch, compute_single);
}

void mcugen_depthwise_conv_2d_dsp_exact_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_plane_every_channel(layer, in, out, scratch, compute_exact_double);
}

void mcugen_depthwise_conv_2d_dsp_exact_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_plane_every_channel(layer, in, out, scratch, compute_exact_single);
}
