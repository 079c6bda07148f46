// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `micro-speech`: PCM16 -> the features of TFLite Micro's micro frontend, in its
// integers: window, 16-bit transform, roots of energies in mel triangles, noise reduction, gain
// (PCAN), logarithm. mcugen/features/micro_speech.py is the same in NumPy.
#ifndef MCUGEN_FRONT_END_MICRO_SPEECH_H
#define MCUGEN_FRONT_END_MICRO_SPEECH_H

#include "row_maker.h"

typedef struct {
  uint32_t frame_samples;
  uint32_t hop_samples;  // 1 to frame_samples
  uint32_t points;       // of the transform: the power of two that holds a frame
  uint32_t channels;
  const int16_t *window;          // [frame_samples], of 2^12
  const uint16_t *order;          // [points / 2]: which input a leaf of the transform is
  const int16_t *twiddles;        // [points / 2][2]
  const int16_t *split_twiddles;  // [points / 4][2]
  uint32_t first_bin;
  const uint16_t *ends;      // [channels + 1]: the bin after each triangle's rising side
  const int16_t *weights;    // [bins from first_bin]: share of the channel, of 2^12
  const int16_t *unweights;  // share of the one before
  uint32_t smoothing_bits;
  uint16_t smoothing[2];  // of even and odd channels, of 2^14
  uint16_t least;         // share of the signal that noise reduction leaves, of 2^14
  const int16_t *gains;   // [125], or NULL: no PCAN
  uint32_t gain_shift;
  uint32_t correction_bits;
  uint32_t log_shift;
  const uint16_t *logs;  // [129]: log2(1 + i / 128) - i / 128, of 2^16
} mcugen_micro_speech_t;

typedef struct {
  int16_t *samples;   // [frame_samples]: the frame that is being filled
  int16_t *spectrum;  // [points + 2]
  uint32_t *noise;    // [channels]: the slow mean
  float *row;         // [channels]
  uint32_t filled_bytes;
} mcugen_micro_speech_state_t;

extern const mcugen_row_maker_t mcugen_micro_speech_maker;

#endif
