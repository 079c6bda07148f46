// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// UNIDIRECTIONAL_SEQUENCE_LSTM: int8 input, output and hidden state, int16 cell state. Per step and
// unit, with g = input, forget, cell, output in this order everywhere:
//   sum[g]  = saturate16(requantize(input_bias + input_weights * x)
//                        + requantize(hidden_bias + hidden_weights * hidden)), 12 fraction bits
//   gate[g] = sigmoid(sum[g]), for the cell gate tanh(sum[g]), 15 fraction bits
//   cell    = clip(requantize(gate[forget] * cell) + requantize(gate[input] * gate[cell]))
//   hidden  = clamp(zero_point + requantize(gate[output] * tanh(cell)))
// The generator has folded zero points of x and hidden into the two biases.
// Arithmetic: lstm_eval.h of TFLite Micro, whose sums are saturated once per requantisation.
#ifndef MCUGEN_KERNELS_LSTM_H
#define MCUGEN_KERNELS_LSTM_H

#include <stdint.h>

#include "requantize.h"

typedef enum {
  MCUGEN_GATE_INPUT,
  MCUGEN_GATE_FORGET,
  MCUGEN_GATE_CELL,
  MCUGEN_GATE_OUTPUT
} mcugen_gate_t;

// A sequence is [batches][steps][features], or [steps][batches][features]: strides, in elements,
// say which. `curve` is what curve.h reads.
typedef struct {
  uint32_t batches;
  uint32_t steps;
  uint32_t features;
  uint32_t units;
  uint32_t in_batch;  // from one batch to the next
  uint32_t in_step;   // from one step to the next
  uint32_t out_batch;
  uint32_t out_step;
  const int16_t *curve;
  int32_t tanh_factor;  // cell * factor / 2^shift has 12 fraction bits, times 3
  int32_t tanh_half;    // 2^shift / 2
  uint32_t tanh_shift;
  int32_t cell_low;  // bounds of the cell state
  int32_t cell_high;
} mcugen_lstm_shape_t;

typedef struct {
  mcugen_lstm_shape_t shape;
  const int8_t *input_weights;      // [units][4][features]
  const int8_t *hidden_weights;     // [units][4][units]
  const int32_t *input_bias;        // [units][4]
  const int32_t *hidden_bias;       // [units][4]
  const mcugen_requant_t *input;    // [4]
  const mcugen_requant_t *hidden;   // [4]
  const mcugen_requant_t *product;  // [3]: forget * cell, input * cell gate, output * tanh
  int32_t zero_point;               // of the output and the hidden state
} mcugen_lstm_t;

// `hidden` [batches][units] and `cell` [batches][units] are kept between calls.
void mcugen_lstm_double(const mcugen_lstm_t *layer, const int8_t *in, int8_t *out, int8_t *hidden,
                        int16_t *cell);
void mcugen_lstm_single(const mcugen_lstm_t *layer, const int8_t *in, int8_t *out, int8_t *hidden,
                        int16_t *cell);

// The same for cores with DSP instructions, with double rounding. All sums are held twice as large,
// which spares SMMLAR a shift: by = {multiplier, addend, shift} stands for
//   requantize(sum) = (high word of 2 * sum * multiplier, rounded, + addend [- 1 if sum < 0]) >>
//   shift
// with addend = 2^(shift - 1), where shift > 0, so that ties go away from zero as they do in
// TFLite; shift 0 has addend 0 and no -1. Shifts to the left are in the input's weights and biases
// already.
typedef struct {
  mcugen_lstm_shape_t shape;
  const uint32_t *hidden_weights;  // the 4 gates of a unit as a quad of row_pairs.h
  const int32_t *rows;  // per unit 4 hidden biases, 4 input biases, per pair of features 4 words
  const int32_t *by;    // [11][3]: 4 times input, hidden; then the 3 products
  uint32_t depth;       // units, up to the next multiple of 8
  uint32_t pairs;       // pairs of features
} mcugen_lstm_dsp_t;

// `scratch` has 4 * depth + 4 * pairs bytes.
void mcugen_lstm_dsp_double(const mcugen_lstm_dsp_t *layer, const int8_t *in, int8_t *out,
                            int8_t *hidden, int16_t *cell, void *scratch);

// The same for Helium, with double rounding; the shifts of all products are to the right, by 1 at
// least. A sum is four gates at once; in what follows it, a vector holds one gate of four units.
typedef struct {
  mcugen_lstm_shape_t shape;
  const int8_t *weights;  // [units][(in_depth + hidden_depth) / 16][4][16]: of x, of hidden
  const int32_t *biases;  // [units][2][4]: of x, of hidden
  const int32_t *gates;   // [2][3][4]: multipliers, shifts to the left, to the right (negative)
  const mcugen_requant_t *product;  // as in mcugen_lstm_t
  int32_t zero_point;
  uint32_t in_depth;      // features, up to the next multiple of 16
  uint32_t hidden_depth;  // units, likewise
} mcugen_lstm_mve_t;

// `scratch` has in_depth + hidden_depth bytes.
void mcugen_lstm_mve_double(const mcugen_lstm_mve_t *layer, const int8_t *in, int8_t *out,
                            int8_t *hidden, int16_t *cell, int8_t *scratch);

#endif
