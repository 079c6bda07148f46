// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "lstm.h"

#include <string.h>

#include "lstm_unit.h"

static int32_t dot(const int8_t *weights, const int8_t *in, uint32_t depth, int32_t sum) {
  for (uint32_t k = 0; k < depth; ++k) {
    sum = mcugen_add(sum, weights[k] * in[k]);
  }
  return sum;
}

// What goes into the sigmoid or tanh of a gate of a unit, times 3.
static inline int32_t gate_sum(const mcugen_lstm_t *layer, const int8_t *x, const int8_t *hidden,
                               uint32_t unit, mcugen_gate_t gate, mcugen_rounding_t rounding) {
  const uint32_t features = layer->shape.features;
  const uint32_t units = layer->shape.units;
  const uint32_t row = 4u * unit + gate;
  const int32_t from_input =
      dot(&layer->input_weights[row * features], x, features, layer->input_bias[row]);
  const int32_t from_hidden =
      dot(&layer->hidden_weights[row * units], hidden, units, layer->hidden_bias[row]);
  const int32_t input = mcugen_requantize(from_input, layer->input[gate], rounding);
  const int32_t recurrent = mcugen_requantize(from_hidden, layer->hidden[gate], rounding);
  return mcugen_lstm_gate_input(input, recurrent);
}

// One unit: updates its cell state, returns its new hidden state.
static inline int8_t update_unit(const mcugen_lstm_t *layer, const int8_t *x, const int8_t *hidden,
                                 int16_t *cell, uint32_t unit, mcugen_rounding_t rounding) {
  int32_t sums[4];
  for (uint32_t gate = 0; gate < 4; ++gate) {
    sums[gate] = gate_sum(layer, x, hidden, unit, (mcugen_gate_t)gate, rounding);
  }
  return mcugen_lstm_unit(&layer->shape, layer->product, layer->zero_point, sums, cell, rounding);
}

static inline void lstm(const mcugen_lstm_t *layer, const int8_t *in, int8_t *out, int8_t *hidden,
                        int16_t *cell, mcugen_rounding_t rounding) {
  const mcugen_lstm_shape_t *shape = &layer->shape;
  for (uint32_t batch = 0; batch < shape->batches; ++batch) {
    for (uint32_t step = 0; step < shape->steps; ++step) {
      const int8_t *x = &in[batch * shape->in_batch + step * shape->in_step];
      int8_t *y = &out[batch * shape->out_batch + step * shape->out_step];
      for (uint32_t unit = 0; unit < shape->units; ++unit) {
        y[unit] = update_unit(layer, x, hidden, &cell[unit], unit, rounding);
      }
      memcpy(hidden, y, shape->units);  // only now: all units needed the old one
    }
    hidden += shape->units;
    cell += shape->units;
  }
}

void mcugen_lstm_double(const mcugen_lstm_t *layer, const int8_t *in, int8_t *out, int8_t *hidden,
                        int16_t *cell) {
  lstm(layer, in, out, hidden, cell, MCUGEN_ROUND_DOUBLE);
}

void mcugen_lstm_single(const mcugen_lstm_t *layer, const int8_t *in, int8_t *out, int8_t *hidden,
                        int16_t *cell) {
  lstm(layer, in, out, hidden, cell, MCUGEN_ROUND_SINGLE);
}
