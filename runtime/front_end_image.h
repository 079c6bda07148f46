// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `image`: uint8 pixels, channels interleaved -> rows of pixel * scale + offset, one per
// line. With the scale s of the model's input, its zero point z and the offset s * (-128 - z),
// pixel p is then quantised to p - 128.
#ifndef MCUGEN_FRONT_END_IMAGE_H
#define MCUGEN_FRONT_END_IMAGE_H

#include "row_maker.h"

typedef struct {
  uint32_t line_values;
  float pixel_scale;
  float pixel_offset;
} mcugen_image_t;

typedef struct {
  float *row;  // [line_values]
  uint32_t filled;
} mcugen_image_state_t;

extern const mcugen_row_maker_t mcugen_image_maker;

#endif
