// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `image`: uint8 pixels, channels interleaved -> rows of pixel * scale, one per line. With
// the scale of the model's input and its zero point -128, pixel p is then quantised to p - 128.
#ifndef MCUGEN_FRONT_END_IMAGE_H
#define MCUGEN_FRONT_END_IMAGE_H

#include "row_maker.h"

typedef struct {
  uint32_t line_values;
  float pixel_scale;
} mcugen_image_t;

typedef struct {
  float *row;  // [line_values]
  uint32_t filled;
} mcugen_image_state_t;

extern const mcugen_row_maker_t mcugen_image_maker;

#endif
