// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D: out[b][y][x][o] = clamp(zero_point + requantize(bias[o] + sum over the filter and the
// channels c of o's group: weights[o][ky][kx][c] * (in[b][..][..][c] - in_zero_point))).
#ifndef MCUGEN_KERNELS_CONV_2D_H
#define MCUGEN_KERNELS_CONV_2D_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

// Weights of every group come in fours of output channels,
// [height][width][in_channels / groups][4], then one by one for those that are left.
typedef struct {
  const int8_t *weights;
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  uint16_t groups;  // 1: every output sees all input channels
  int16_t in_zero_point;
  int16_t zero_point;
  int16_t low;   // smallest output, from the fused activation
  int16_t high;  // largest output
} mcugen_conv_2d_t;

void mcugen_conv_2d_double(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out);
void mcugen_conv_2d_single(const mcugen_conv_2d_t *layer, const int8_t *in, int8_t *out);

// The same without groups for cores with DSP instructions. The taps of a filter are taken four at a
// time. A row of the filter is a run: first are the last run % 4 taps of every run, in turn, and
// zero weights up to a multiple of 4, then the whole fours of every run, `depth` taps in all. The
// generator packs all that the output channels need into one stream of words, first in quads, then
// single ones:
//   quad    S and L of channels {0, 1}, of {2, 3}: where the sums start (see conv_2d_dsp.c);
//           for four taps 4 words: halfwords {0, 2} of channels {0, 1}, of {2, 3}; {1, 3} of both,
//           where a halfword is 256 * w[upper] + w[lower]; for the last taps of runs {0, 1} and
//           {2, 3};
//           the requantisation of each channel: 3 words, for `_straight` 2
//   single  its channel; where the sum starts; for four taps 1 word of bytes w[0], w[1], w[2],
//   w[3],
//           for the last taps of runs w[0], w[2], w[1], w[3];
//           3 words: its requantisation
// The requantisation is a mcugen_requant_s8_t, in quads of `_straight` kernels without the shift,
// which is MCUGEN_ONE_SHIFT, or for the `_exact` kernels a mcugen_requant_t and 0. A channel of a
// quad that needs another shift comes once more as a single one. Sums start with the bias less
// in_zero_point * the sum of the weights.
typedef struct {
  const uint32_t *channels;
  mcugen_filter_t filter;
  uint16_t quads;
  uint16_t singles;
  uint16_t depth;
  uint16_t rows_inside;     // rows that a filter's first tap can be in while it is all inside the
  uint16_t columns_inside;  // image, and columns; 0 where it is dilated
  int8_t in_zero_point;
  int8_t zero_point;  // these three only for `_exact`
  int8_t low;
  int8_t high;
} mcugen_conv_2d_dsp_t;

// `scratch` holds 4 * depth bytes and, unless all filters are all inside the image, twice the taps
// filled up to fours; it is 4-byte aligned. `out` may be `in` where no pair of positions is written
// over what a later one reads. `_straight` is for mcugen_requantize_straight, in either rounding.
// The
// `_exact` kernels take any requantisation and range of the output.
void mcugen_conv_2d_dsp_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch);
void mcugen_conv_2d_dsp_straight(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                                 int8_t *scratch);
void mcugen_conv_2d_dsp_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch);
void mcugen_conv_2d_dsp_exact_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                     int8_t *out, int8_t *scratch);
void mcugen_conv_2d_dsp_exact_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                     int8_t *out, int8_t *scratch);

// For 3x3 filters with stride 1, without dilation and with one batch, multiples of 8 channels in
// and of 4 out. `channels` holds, for every four output channels, for each of 16 products and every
// two input channels 4 words, the transformed weights of each output channel as halfwords (of
// channels {0, 2}, then of {1, 3} of every four); then for each output channel the bias less
// in_zero_point * the sum of the weights, twice that for double rounding, and its
// mcugen_requant_s8_t. `scratch` holds 65 * in_channels + 512 + out_channels bytes.
void mcugen_conv_2d_winograd_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch);
void mcugen_conv_2d_winograd_relu_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                         int8_t *out, int8_t *scratch);
void mcugen_conv_2d_winograd_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch);

#endif
