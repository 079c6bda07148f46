// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_image.h"

static void reset(const void *tables, void *its_state) {
  (void)tables;
  ((mcugen_image_state_t *)its_state)->filled = 0;
}

static size_t push(const void *tables, void *its_state, float work[], const uint8_t bytes[],
                   size_t count, const float **row) {
  (void)work;
  const mcugen_image_t *const image = tables;
  mcugen_image_state_t *const state = its_state;
  size_t taken = 0;
  while (taken < count && state->filled < image->line_values) {
    const float scaled = (float)bytes[taken++] * image->pixel_scale;
    state->row[state->filled++] = scaled + image->pixel_offset;
  }
  *row = NULL;
  if (state->filled == image->line_values) {
    state->filled = 0;
    *row = state->row;
  }
  return taken;
}

static const float *finish(const void *tables, void *its_state, float work[]) {
  (void)tables;
  (void)its_state;
  (void)work;
  return NULL;
}

const mcugen_row_maker_t mcugen_image_maker = {reset, push, finish};
