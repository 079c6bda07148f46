// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The LSTM with Helium.
#define MCUGEN_LANES 4u
#include "lstm.h"

#include "mve.h"

// The inputs and the hidden state of a step. What fills them up is multiplied by zeros.
typedef struct {
  int8_t *x;
  int8_t *hidden;
} step_t;

#ifdef __ARM_FEATURE_MVE
#include "curve_mve.h"

// The four gates' sums over one source, requantised and saturated, in the even halfwords.
MCUGEN_INLINE int16x8_t gates_from(const int32_t *start, const int8_t *weights, const int8_t *in,
                                   uint32_t depth, const int32_t *gates) {
  const int32x4_t sums = mcugen_dot_four(start, weights, in, depth);
  const int32x4_t right = vld1q_s32(gates + 8);
  const int32x4_t high = vqrdmulhq_s32(vshlq_s32(sums, vld1q_s32(gates + 4)), vld1q_s32(gates));
  // Ties of negative values go away from zero, where there is a shift.
  const int32x4_t nudge = vshrq_n_s32(vandq_s32(high, right), 31);
  const int32x4_t values = vrshlq_s32(vqaddq_s32(high, nudge), right);
  return vqmovnbq_s32(vdupq_n_s16(0), values);
}

MCUGEN_INLINE int32x4_t product(int32x4_t a, int32x4_t b, mcugen_requant_t by) {
  return mcugen_requantize_four(vmulq_s32(a, b), vdupq_n_s32(by.multiplier), vdupq_n_s32(by.shift),
                                MCUGEN_ROUND_DOUBLE);
}

// `sums` are mcugen_lstm_gate_input, by unit.
MCUGEN_INLINE void update_four(const mcugen_lstm_mve_t *layer, const int32_t *sums, int16_t *cell,
                               int8_t *out, mve_pred16_t units) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  const int16_t *middle = shape->curve + 512;
  const int32x4x4_t gates = vld4q_s32(sums);
  const int32x4_t forget = mcugen_sigmoid_four(middle, gates.val[MCUGEN_GATE_FORGET]);
  const int32x4_t kept = product(forget, vldrhq_z_s32(cell, units), layer->product[0]);
  const int32x4_t input = mcugen_sigmoid_four(middle, gates.val[MCUGEN_GATE_INPUT]);
  const int32x4_t candidate = mcugen_tanh_four(middle, gates.val[MCUGEN_GATE_CELL]);
  const int32x4_t added =
      mcugen_clamp_four(product(input, candidate, layer->product[1]), INT16_MIN, INT16_MAX);
  const int32x4_t state =
      mcugen_clamp_four(vaddq_s32(kept, added), shape->cell_low, shape->cell_high);
  vstrhq_p_s32(cell, state, units);

  const int32x4_t scaled =
      vshlq_r_s32(vmlasq_n_s32(state, vdupq_n_s32(shape->tanh_factor), shape->tanh_half),
                  -(int32_t)shape->tanh_shift);
  const int32x4_t output = mcugen_sigmoid_four(middle, gates.val[MCUGEN_GATE_OUTPUT]);
  const int32x4_t shown = product(output, mcugen_tanh_four(middle, scaled), layer->product[2]);
  const int32x4_t values = vqaddq_n_s32(shown, layer->zero_point);
  vstrbq_p_s32(out, mcugen_clamp_four(values, INT8_MIN, INT8_MAX), units);
}

static void run_step(const mcugen_lstm_mve_t *layer, const step_t *step, int16_t *cell,
                     int8_t *out) {
  const uint32_t in_depth = layer->in_depth, hidden_depth = layer->hidden_depth;
  const int8_t *weights = layer->weights;
  const int32_t *biases = layer->biases;
  const int32x4_t three = vdupq_n_s32(3);
  int32_t sums[MCUGEN_LANES][4] = {{0}};
  for (int32_t left = (int32_t)layer->shape.units; left > 0; left -= (int32_t)MCUGEN_LANES) {
    for (uint32_t unit = 0; unit < MCUGEN_LANES && (int32_t)unit < left; ++unit) {
      const int16x8_t input = gates_from(biases, weights, step->x, in_depth, layer->gates);
      weights += 4 * in_depth;
      const int16x8_t recurrent =
          gates_from(biases + 4, weights, step->hidden, hidden_depth, layer->gates + 12);
      weights += 4 * hidden_depth;
      biases += 8;
      vst1q_s32(sums[unit], vmulq_s32(vmovlbq_s16(vqaddq_s16(input, recurrent)), three));
    }
    update_four(layer, sums[0], cell, out, vctp32q((uint32_t)left));
    cell += MCUGEN_LANES;
    out += MCUGEN_LANES;
  }
}
#else
#include "lstm_unit.h"

static int32_t gate_from(const int32_t *start, const int8_t *weights, const int8_t *in,
                         uint32_t depth, const int32_t *gates, uint32_t gate) {
  const mcugen_requant_t by = {gates[gate], gates[4 + gate] + gates[8 + gate]};
  int32_t sum = start[gate];
  for (uint32_t k = 0; k < depth; ++k) {
    sum = mcugen_add(sum, weights[(k / 16u * 4u + gate) * 16u + k % 16u] * in[k]);
  }
  return mcugen_requantize_double(sum, by);
}

static void run_step(const mcugen_lstm_mve_t *layer, const step_t *step, int16_t *cell,
                     int8_t *out) {
  const uint32_t in_depth = layer->in_depth, hidden_depth = layer->hidden_depth;
  for (uint32_t unit = 0; unit < layer->shape.units; ++unit) {
    const int32_t *biases = layer->biases + 8 * unit;
    const int8_t *weights = layer->weights + 4 * (in_depth + hidden_depth) * unit;
    int32_t sums[4];
    for (uint32_t gate = 0; gate < 4; ++gate) {
      const int32_t input = gate_from(biases, weights, step->x, in_depth, layer->gates, gate);
      const int32_t recurrent = gate_from(biases + 4, weights + 4 * in_depth, step->hidden,
                                          hidden_depth, layer->gates + 12, gate);
      sums[gate] = mcugen_lstm_gate_input(input, recurrent);
    }
    out[unit] = mcugen_lstm_unit(&layer->shape, layer->product, layer->zero_point, sums,
                                 &cell[unit], MCUGEN_ROUND_DOUBLE);
  }
}
#endif

void mcugen_lstm_mve_double(const mcugen_lstm_mve_t *layer, const int8_t *in, int8_t *out,
                            int8_t *hidden, int16_t *cell, int8_t *scratch) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  const step_t step = {scratch, scratch + layer->in_depth};
  mcugen_fill(scratch, 0, (int32_t)(layer->in_depth + layer->hidden_depth));
  for (uint32_t batch = 0; batch < shape->batches; ++batch) {
    const int8_t *x = &in[batch * shape->in_batch];
    int8_t *y = &out[batch * shape->out_batch];
    mcugen_copy_bytes(step.hidden, hidden, (int32_t)shape->units);
    for (uint32_t left = shape->steps; left != 0; --left) {
      mcugen_copy_bytes(step.x, x, (int32_t)shape->features);
      run_step(layer, &step, cell, y);
      mcugen_copy_bytes(step.hidden, y, (int32_t)shape->units);
      x += shape->in_step;
      y += shape->out_step;
    }
    mcugen_copy_bytes(hidden, step.hidden, (int32_t)shape->units);
    hidden += shape->units;
    cell += shape->units;
  }
}
