// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What a unit of lstm.h does with the sums of its gates, one unit at a time.
#ifndef MCUGEN_KERNELS_LSTM_UNIT_H
#define MCUGEN_KERNELS_LSTM_UNIT_H

#include "curve.h"
#include "lstm.h"

static inline int32_t mcugen_saturate_s16(int32_t value) {
  return mcugen_clamp(value, INT16_MIN, INT16_MAX);
}

// What goes into the sigmoid or tanh of a gate, times 3, from both requantised sums.
static inline int32_t mcugen_lstm_gate_input(int32_t input, int32_t recurrent) {
  return 3 * mcugen_saturate_s16(mcugen_saturate_s16(input) + mcugen_saturate_s16(recurrent));
}

// Updates the cell state, returns the new hidden state. `sums` are mcugen_lstm_gate_input of the
// four gates, `product` the three of mcugen_lstm_t.
static inline int8_t mcugen_lstm_unit(const mcugen_lstm_shape_t *shape,
                                      const mcugen_requant_t *product, int32_t zero_point,
                                      const int32_t sums[4], int16_t *cell,
                                      mcugen_rounding_t rounding) {
  const int16_t *middle = shape->curve + 512;
  const int32_t input = mcugen_sigmoid_s16(middle, sums[MCUGEN_GATE_INPUT]);
  const int32_t forget = mcugen_sigmoid_s16(middle, sums[MCUGEN_GATE_FORGET]);
  const int32_t candidate = mcugen_tanh_s16(middle, sums[MCUGEN_GATE_CELL]);
  const int32_t output = mcugen_sigmoid_s16(middle, sums[MCUGEN_GATE_OUTPUT]);

  const int32_t kept = mcugen_requantize(forget * *cell, product[0], rounding);
  const int32_t added = mcugen_requantize(input * candidate, product[1], rounding);
  const int32_t state = mcugen_saturate_s16(kept) + mcugen_saturate_s16(added);
  *cell = (int16_t)mcugen_clamp(state, shape->cell_low, shape->cell_high);

  const int32_t scaled = (*cell * shape->tanh_factor + shape->tanh_half) >> shape->tanh_shift;
  const int32_t shown =
      mcugen_requantize(output * mcugen_tanh_s16(middle, scaled), product[2], rounding);
  return (int8_t)mcugen_clamp(mcugen_add(shown, zero_point), INT8_MIN, INT8_MAX);
}

#endif
