// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The LSTM for cores with DSP instructions. The four gates of a unit are the four rows of a quad,
// so that a unit is finished before the next one begins and no gate has to be stored.
#include "lstm.h"

#include <string.h>

#include "curve.h"
#include "row_pairs.h"

// The hidden state before and after a step, doubled, and the inputs of a step. What fills them up
// is never written: its weights are zeros.
typedef struct {
  int16_t *hidden;
  int16_t *next;
  int16_t *x;
} step_t;

#if MCUGEN_DSP_ASSEMBLY
// GCC 12 loads constants and biases one by one.
#define DOT_INPUTS                                           \
  "ldmia %[row]!, {r4-r7} \n"                                \
  "1: ldr r3, [%[x]], #4 \n ldmia %[row]!, {r8-r10, r12} \n" \
  "smlad r4, r8, r3, r4 \n smlad r5, r9, r3, r5 \n"          \
  "smlad r6, r10, r3, r6 \n smlad r7, r12, r3, r7 \n"        \
  "subs %[pairs], #1 \n bne 1b \n"

MCUGEN_INLINE const int32_t *dot_inputs(const int32_t *row, const int16_t *x, uint32_t pairs,
                                        mcugen_quad_t *sums) {
  register int32_t sum0 __asm__("r4");
  register int32_t sum1 __asm__("r5");
  register int32_t sum2 __asm__("r6");
  register int32_t sum3 __asm__("r7");
  __asm__ volatile(DOT_INPUTS
                   : [row] "+r"(row), [x] "+r"(x), [pairs] "+r"(pairs), "=&r"(sum0), "=&r"(sum1),
                     "=&r"(sum2), "=&r"(sum3)
                   :
                   : "r3", "r8", "r9", "r10", "r12", "cc", "memory");
  *sums = (mcugen_quad_t){sum0, sum1, sum2, sum3};
  return row;
}

#define REQUANTIZE_S16(sum)                         \
  "ldmia %[by]!, {r2, r3, r12} \n sub r3, r3, " sum \
  ", lsr #31 \n usat r3, #31, r3 \n"                \
  "smmlar " sum ", " sum ", r2, r3 \n asr " sum ", " sum ", r12 \n ssat " sum ", #16, " sum " \n"

MCUGEN_INLINE int32_t gate_sum(int32_t input, int32_t hidden, const int32_t **by) {
  __asm__(REQUANTIZE_S16("%[input]") REQUANTIZE_S16("%[hidden]")
          "add %[input], %[hidden] \n ssat %[input], #16, %[input] \n"
          "add %[input], %[input], %[input], lsl #1"
          : [input] "+r"(input), [hidden] "+r"(hidden), [by] "+r"(*by)
          :
          : "r2", "r3", "r12", "cc", "memory");
  return input;
}

MCUGEN_INLINE int32_t requantize_product(int32_t twice, const int32_t **by) {
  __asm__(
      "ldmia %[by]!, {r2, r3, r12} \n add r3, r3, %[twice], asr #31 \n"
      "smmlar %[twice], %[twice], r2, r3 \n asr %[twice], %[twice], r12"
      : [twice] "+r"(twice), [by] "+r"(*by)
      :
      : "r2", "r3", "r12", "memory");
  return twice;
}
#else
// Twice the sums of a unit's gates over its inputs; returns the row that follows.
MCUGEN_INLINE const int32_t *dot_inputs(const int32_t *row, const int16_t *x, uint32_t pairs,
                                        mcugen_quad_t *sums) {
  mcugen_quad_t sum = {row[0], row[1], row[2], row[3]};
  row += 4;
  do {
    const uint32_t two = mcugen_load_word(x);
    sum.row0 = mcugen_smlad((uint32_t)row[0], two, sum.row0);
    sum.row1 = mcugen_smlad((uint32_t)row[1], two, sum.row1);
    sum.row2 = mcugen_smlad((uint32_t)row[2], two, sum.row2);
    sum.row3 = mcugen_smlad((uint32_t)row[3], two, sum.row3);
    row += 4;
    x += 2;
  } while (--pairs != 0);
  *sums = sum;
  return row;
}

MCUGEN_INLINE int32_t requantize_s16(int32_t twice, const int32_t by[3]) {
  const int32_t addend = mcugen_usat31(by[1] - (int32_t)((uint32_t)twice >> 31));
  return mcugen_ssat16(mcugen_smmlar(twice, by[0], addend) >> by[2]);
}

// What goes into the sigmoid or tanh of a gate, times 3; advances `by`.
MCUGEN_INLINE int32_t gate_sum(int32_t input, int32_t hidden, const int32_t **by) {
  const int32_t sum = mcugen_ssat16(requantize_s16(input, *by) + requantize_s16(hidden, *by + 3));
  *by += 6;
  return sum + 2 * sum;
}

// For shifts > 0; advances `by`.
MCUGEN_INLINE int32_t requantize_product(int32_t twice, const int32_t **by) {
  const int32_t *constants = *by;
  *by += 3;
  return mcugen_smmlar(twice, constants[0], constants[1] + (twice >> 31)) >> constants[2];
}
#endif

MCUGEN_INLINE int32_t update_unit(const mcugen_lstm_dsp_t *layer, const mcugen_quad_t *input,
                                  const mcugen_quad_t *hidden, int16_t *cell) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  const int16_t *middle = shape->curve + 512;
  const int32_t *by = layer->by;
  const int32_t write = mcugen_sigmoid_s16(middle, gate_sum(input->row0, hidden->row0, &by));
  const int32_t forget = mcugen_sigmoid_s16(middle, gate_sum(input->row1, hidden->row1, &by));
  const int32_t candidate = mcugen_tanh_s16(middle, gate_sum(input->row2, hidden->row2, &by));
  const int32_t read = mcugen_sigmoid_s16(middle, gate_sum(input->row3, hidden->row3, &by));

  // |product| <= 32767 * 2^15, so twice as much fits, and what is kept needs no saturation.
  const int32_t kept = requantize_product(2 * forget * *cell, &by);
  const int32_t added = mcugen_ssat16(requantize_product(2 * write * candidate, &by));
  const int32_t state = mcugen_clamp(kept + added, shape->cell_low, shape->cell_high);
  *cell = (int16_t)state;

  const int32_t scaled = (state * shape->tanh_factor + shape->tanh_half) >> shape->tanh_shift;
  return mcugen_ssat8(requantize_product(2 * read * mcugen_tanh_s16(middle, scaled), &by));
}

static void run_step(const mcugen_lstm_dsp_t *layer, const step_t *step, int16_t *cell,
                     int8_t *out) {
  const uint32_t *weights = layer->hidden_weights;
  const int32_t *row = layer->rows;
  for (uint32_t unit = 0; unit < layer->shape.units; ++unit) {
    mcugen_quad_t from_hidden, from_input;
    weights =
        mcugen_dot_quad(weights, row, step->hidden, layer->depth, MCUGEN_HELD_S16, &from_hidden);
    row = dot_inputs(row + 4, step->x, layer->pairs, &from_input);
    const int32_t value = update_unit(layer, &from_input, &from_hidden, &cell[unit]);
    out[unit] = (int8_t)value;
    step->next[unit] = (int16_t)(2 * value);
  }
}

void mcugen_lstm_dsp_double(const mcugen_lstm_dsp_t *layer, const int8_t *in, int8_t *out,
                            int8_t *hidden, int16_t *cell, void *scratch) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  int16_t *memory = scratch;
  step_t step = {memory, memory + layer->depth, memory + 2 * layer->depth};
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
