// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The LSTM for cores with DSP instructions. The four gates of a unit are the four rows of a quad,
// so that a unit is finished before the next one begins and no gate has to be stored.
#include <string.h>

#include "curve.h"
#include "lstm.h"
#include "row_pairs.h"

// The hidden state before and after a step, doubled, and the inputs of a step; all int16, filled up
// with zeros.
typedef struct {
  int16_t *hidden;
  int16_t *next;
  int16_t *x;
} step_t;

// To the next integer, saturated to int16.
MCUGEN_INLINE int32_t requantize_s16(int32_t twice, const int32_t by[3]) {
  const int32_t addend = mcugen_usat31(by[1] - (int32_t)((uint32_t)twice >> 31));
  return mcugen_ssat16(mcugen_smmlar(twice, by[0], addend) >> by[2]);
}

// For shifts > 0; the addend holds the zero point of the int8 result.
MCUGEN_INLINE int32_t requantize_s8(int32_t twice, const int32_t by[3]) {
  const int32_t addend = by[1] + (twice >> 31);
  return mcugen_ssat8(mcugen_smmlar(twice, by[0], addend) >> by[2]);
}

// Twice the sums of a unit's gates over its inputs; returns the row that follows.
MCUGEN_INLINE const uint32_t *dot_inputs(const uint32_t *row, const int16_t *x, uint32_t pairs,
                                         mcugen_quad_t *sums) {
  mcugen_quad_t sum = {(int32_t)row[0], (int32_t)row[1], (int32_t)row[2], (int32_t)row[3]};
  row += 4;
  do {
    const uint32_t two = mcugen_load_word(x);
    sum.row0 = mcugen_smlad(row[0], two, sum.row0);
    sum.row1 = mcugen_smlad(row[1], two, sum.row1);
    sum.row2 = mcugen_smlad(row[2], two, sum.row2);
    sum.row3 = mcugen_smlad(row[3], two, sum.row3);
    row += 4;
    x += 2;
  } while (--pairs != 0);
  *sums = sum;
  return row;
}

// What goes into the sigmoid or tanh of a gate, times 3.
MCUGEN_INLINE int32_t gate_sum(int32_t input, int32_t hidden, const int32_t by[6]) {
  const int32_t sum = mcugen_ssat16(requantize_s16(input, by) + requantize_s16(hidden, &by[3]));
  return sum + 2 * sum;
}

MCUGEN_INLINE int32_t update_unit(const mcugen_lstm_dsp_t *layer, const mcugen_quad_t *input,
                                  const mcugen_quad_t *hidden, int16_t *cell) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  const int16_t *curve = shape->curve;
  const int32_t *by = layer->by;
  const int32_t write = mcugen_sigmoid_s16(curve, gate_sum(input->row0, hidden->row0, by));
  const int32_t forget = mcugen_sigmoid_s16(curve, gate_sum(input->row1, hidden->row1, by + 6));
  const int32_t candidate = mcugen_tanh_s16(curve, gate_sum(input->row2, hidden->row2, by + 12));
  const int32_t read = mcugen_sigmoid_s16(curve, gate_sum(input->row3, hidden->row3, by + 18));

  // |product| <= 32767 * 2^15, so twice as much fits.
  const int32_t kept = requantize_s16(2 * forget * *cell, by + 24);
  const int32_t added = requantize_s16(2 * write * candidate, by + 27);
  const int32_t state = mcugen_clamp(kept + added, shape->cell_low, shape->cell_high);
  *cell = (int16_t)state;

  const int32_t half = (int32_t)((UINT32_C(1) << shape->tanh_shift) >> 1);
  const int32_t scaled = (state * shape->tanh_factor + half) >> shape->tanh_shift;
  return requantize_s8(2 * read * mcugen_tanh_s16(curve, scaled), by + 30);
}

static void run_step(const mcugen_lstm_dsp_t *layer, const step_t *step, int16_t *cell,
                     int8_t *out) {
  const uint32_t *weights = layer->hidden_weights;
  const uint32_t *row = layer->input_rows;
  const int32_t *bias = layer->hidden_bias;
  for (uint32_t unit = 0; unit < layer->shape.units; ++unit) {
    mcugen_quad_t from_hidden, from_input;
    weights =
        mcugen_dot_quad(weights, bias, step->hidden, layer->depth, MCUGEN_HELD_S16, &from_hidden);
    row = dot_inputs(row, step->x, layer->pairs, &from_input);
    const int32_t value = update_unit(layer, &from_input, &from_hidden, &cell[unit]);
    out[unit] = (int8_t)value;
    step->next[unit] = (int16_t)(2 * value);
    bias += 4;
  }
}

void mcugen_lstm_dsp_double(const mcugen_lstm_dsp_t *layer, const int8_t *in, int8_t *out,
                            int8_t *hidden, int16_t *cell, void *scratch) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  int16_t *memory = scratch;
  step_t step = {memory, memory + layer->depth, memory + 2 * layer->depth};
  memset(scratch, 0, 4 * layer->depth + 4 * layer->pairs);
  for (uint32_t batch = 0; batch < shape->batches; ++batch) {
    for (uint32_t unit = 0; unit < shape->units; ++unit) {
      step.hidden[unit] = (int16_t)(2 * hidden[unit]);
    }
    const int8_t *x = &in[batch * shape->in_batch];
    int8_t *y = &out[batch * shape->out_batch];
    for (uint32_t left = shape->steps; left != 0; --left) {
      for (uint32_t k = 0; k < shape->features; ++k) {
        step.x[k] = x[k];
      }
      run_step(layer, &step, cell, y);
      step = (step_t){step.next, step.hidden, step.x};
      x += shape->in_step;
      y += shape->out_step;
    }
    memcpy(hidden, y - shape->out_step, shape->units);
    hidden += shape->units;
    cell += shape->units;
  }
}
