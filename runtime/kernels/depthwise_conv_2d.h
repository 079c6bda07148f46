// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D: out[b][y][x][o] = clamp(zero_point + requantize(bias[o] + sum over the filter:
// weights[ky][kx][o] * (in[b][..][..][o / multiplier] - in_zero_point))), multiplier being
// out_channels / in_channels.
#ifndef MCUGEN_KERNELS_DEPTHWISE_CONV_2D_H
#define MCUGEN_KERNELS_DEPTHWISE_CONV_2D_H

#include <stdint.h>

#include "filter.h"
#include "requantize.h"

typedef struct {
  const int8_t *weights;            // [height][width][out_channels]
  const int32_t *bias;              // [out_channels]
  const mcugen_requant_t *requant;  // [out_channels]
  mcugen_filter_t filter;
  int16_t in_zero_point;
  int16_t zero_point;
  int16_t low;   // smallest output, from the fused activation
  int16_t high;  // largest output
} mcugen_depthwise_conv_2d_t;

void mcugen_depthwise_conv_2d_double(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out);
void mcugen_depthwise_conv_2d_single(const mcugen_depthwise_conv_2d_t *layer, const int8_t *in,
                                     int8_t *out);

// The same for cores with DSP instructions. One input channel at a time is laid out in scratch as a
// plane of int16 with its padding: `pitch` columns, an even number, of which the first is column
// -pad_left of the image. `band` output rows are computed from one such plane; where that is all of
// them, `out` may be `in`, if there is one batch and one output per input channel. The kernels are
// faster on long rows, so the generator lies tall images on their side: `filter` is then the filter
// on the transposed image.
//
// The generator packs all that an output channel needs into words, channel after channel:
//   where the sum starts: the bias less in_zero_point * the sum of the weights;
//   the requantisation: mcugen_requant_s8_t, or for the `_exact` kernels a mcugen_requant_t and 0;
//   the weights: for `_3x3` three words of the bytes w[0], w[1], w[1], w[2] of a row;
//                otherwise [height] rows of (width - 1) * dilation_x + 1 taps, those that dilation
//                skips being 0, filled up to an even number; of all rows in turn, four taps a word
//                of the bytes w[0], w[2], w[1], w[3]
typedef struct {
  const uint32_t *channels;
  mcugen_filter_t filter;
  uint16_t pitch;
  uint16_t band;
  uint16_t plane_words;
  uint8_t on_side;  // 1: rows of `filter` are columns of the tensors
  int8_t in_zero_point;
  int8_t zero_point;  // these three only for `_exact`
  int8_t low;
  int8_t high;
} mcugen_depthwise_conv_2d_dsp_t;

// `scratch` holds plane_words words, then the weights of a channel as int16, an even number of
// words. It is 4-byte aligned. `_relu_double` is for a zero_point of -128. The `_exact` kernels
// take any requantisation and range of the output.
void mcugen_depthwise_conv_2d_dsp_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_dsp_relu_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_dsp_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_dsp_exact_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_dsp_exact_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                               const int8_t *in, int8_t *out, int8_t *scratch);

// For filters of 3x3 without dilation, stride_x 1 or 2, out_width 2 or more; `scratch` is the
// plane. `_straight` is for mcugen_requantize_straight, in either rounding, and fast for channels
// with the shift MCUGEN_ONE_SHIFT.
void mcugen_depthwise_conv_2d_3x3_double(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_3x3_straight(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                           const int8_t *in, int8_t *out, int8_t *scratch);
void mcugen_depthwise_conv_2d_3x3_single(const mcugen_depthwise_conv_2d_dsp_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch);

// For filters as large as the image, one output per input channel, and a multiple of 4 `count` of
// them. `channels` holds for every four: where their sums start; for every two taps the bytes w[0],
// w[1] of the first and w[0], w[1] of the second, then w[2], w[3] likewise, 0 where a tap is
// missing; for each a mcugen_requant_s8_t. `out` may be `in` if there is one batch.
typedef struct {
  const uint32_t *channels;
  uint16_t batches;
  uint16_t count;
  uint16_t taps;
} mcugen_depthwise_conv_2d_whole_t;

void mcugen_depthwise_conv_2d_whole_double(const mcugen_depthwise_conv_2d_whole_t *layer,
                                           const int8_t *in, int8_t *out);
void mcugen_depthwise_conv_2d_whole_single(const mcugen_depthwise_conv_2d_whole_t *layer,
                                           const int8_t *in, int8_t *out);

#endif
