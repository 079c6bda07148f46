// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// AVERAGE_POOL_2D and MAX_POOL_2D over int8 images [batches][in_height][in_width][channels]. Output
// (y, x) sees the rows y * stride_y - pad_top + k for k < height that lie in the image, and columns
// likewise; the generator makes sure that there is at least one.
#ifndef MCUGEN_KERNELS_POOLING_H
#define MCUGEN_KERNELS_POOLING_H

#include <stdint.h>

typedef struct {
  uint32_t batches;
  uint32_t in_height;
  uint32_t in_width;
  uint32_t out_height;
  uint32_t out_width;
  uint32_t channels;
  uint32_t height;  // of the window
  uint32_t width;
  uint32_t stride_y;
  uint32_t stride_x;
  uint32_t pad_top;  // less than height
  uint32_t pad_left;
  int32_t low;  // smallest output, from the fused activation
  int32_t high;
} mcugen_pool_2d_t;

void mcugen_average_pool_2d(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);
void mcugen_max_pool_2d(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);

// The same of int16.
void mcugen_average_pool_2d_s16(const mcugen_pool_2d_t *layer, const int16_t *in, int16_t *out);
void mcugen_max_pool_2d_s16(const mcugen_pool_2d_t *layer, const int16_t *in, int16_t *out);

// The same of int8 for cores with DSP instructions, four channels at a time: at least 4 channels,
// and for the average at most 256 positions in a window.
void mcugen_average_pool_2d_dsp(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);
void mcugen_max_pool_2d_dsp(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);

// The same for Helium, at least 16 channels.
void mcugen_average_pool_2d_mve(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);
void mcugen_max_pool_2d_mve(const mcugen_pool_2d_t *layer, const int8_t *in, int8_t *out);

#endif
