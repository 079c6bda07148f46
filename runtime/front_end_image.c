// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `image`: uint8 pixels, channels interleaved -> rows of pixel * scale, one per line.
// With the scale of the model's input and its zero point -128 the harness quantises pixel p to the
// int8 p - 128. RAM: one line of floats.
#include "front_end.h"
#include "front_end_tables.h"

static struct {
  float row[MCUGEN_IMAGE_LINE_VALUES];
  uint32_t filled;
} state;

void mcugen_front_end_reset(void) { state.filled = 0; }

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  size_t taken = 0;
  while (taken < count && state.filled < MCUGEN_IMAGE_LINE_VALUES) {
    state.row[state.filled++] = (float)bytes[taken++] * MCUGEN_IMAGE_PIXEL_SCALE;
  }
  *row = NULL;
  if (state.filled == MCUGEN_IMAGE_LINE_VALUES) {
    state.filled = 0;
    *row = state.row;
  }
  return taken;
}

const float *mcugen_front_end_finish(void) { return NULL; }
