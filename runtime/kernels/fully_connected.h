// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// FULLY_CONNECTED:
//   out[b][r] = clamp(zero_point + requantize(bias[r] + sum_k weights[r][k] * in[b][k]))
// The generator has folded the input's zero point into the bias:
//   bias[r] - zero_point * sum_k weights[r][k]
#ifndef MCUGEN_KERNELS_FULLY_CONNECTED_H
#define MCUGEN_KERNELS_FULLY_CONNECTED_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  const int8_t *weights;            // [rows][depth]
  const int32_t *bias;              // [rows]
  const mcugen_requant_t *requant;  // [rows] when requant_step is 1, [1] when it is 0
  uint32_t requant_step;
  uint32_t batches;
  uint32_t rows;
  uint32_t depth;
  int32_t zero_point;
  int32_t low;   // smallest output, from the fused activation
  int32_t high;  // largest output
} mcugen_fully_connected_t;

void mcugen_fully_connected_double(const mcugen_fully_connected_t *layer, const int8_t *in,
                                   int8_t *out);
void mcugen_fully_connected_single(const mcugen_fully_connected_t *layer, const int8_t *in,
                                   int8_t *out);

// The same for cores with DSP instructions, over weights that the generator has packed for them.
//
// Rows come as quads, then pairs, then single rows. Inputs are taken four at a time; `depth` is a
// multiple of 8, filled up with zero weights. A pair of rows is one table: a halfword holds
// 256 * w[upper] + w[lower], the upper row being the later one. For four inputs:
//   quad    4 words: halfwords {A, B} of rows {0, 1}, of rows {2, 3}; {C, D} of both
//   pair    2 words: {A, B}, {C, D}
//   single  1 word: bytes w[A], w[C], w[B], w[D]
// A, B, C, D are inputs 0, 1, 2, 3 where the input is int16, and 0, 2, 1, 3 where it is int8,
// because SXTB16 takes every second byte of a word.
typedef struct {
  const uint32_t *weights;
  const int32_t *bias;              // [rows]
  const mcugen_requant_t *requant;  // [rows], or NULL: `multiplier`, `addend`, `shift` for all rows
  int32_t multiplier;  // these two and `shift` as mcugen_requantize_s8 of dsp.h has them
  int32_t addend;
  uint16_t batches;
  uint16_t rows;
  uint16_t quads;
  uint16_t pairs;
  uint16_t depth;
  uint16_t in_stride;  // bytes from one batch to the next, a multiple of 4
  uint8_t shift;
  uint8_t wide_output;  // 1: the int8 results are stored as int16
  int8_t zero_point;    // these three only with requant
  int8_t low;
  int8_t high;
} mcugen_fully_connected_dsp_t;

// The input is int8 (`_s8`), or int8 values held as int16 (`_s16`); 4-byte aligned, and readable up
// to the next multiple of 8 elements. `out` is int8_t or int16_t as `wide_output` says.
void mcugen_fully_connected_s8_dsp_double(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out);
void mcugen_fully_connected_s8_dsp_single(const mcugen_fully_connected_dsp_t *layer,
                                          const int8_t *in, void *out);
void mcugen_fully_connected_s16_dsp_double(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out);
void mcugen_fully_connected_s16_dsp_single(const mcugen_fully_connected_dsp_t *layer,
                                           const int16_t *in, void *out);

#endif
