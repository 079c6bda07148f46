// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_timeseries.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");

static void reset(const void *tables, void *its_state) {
  (void)tables;
  ((mcugen_timeseries_state_t *)its_state)->filled_bytes = 0;
}

static size_t push(const void *tables, void *its_state, float work[], const uint8_t bytes[],
                   size_t count, const float **row) {
  (void)work;
  const mcugen_timeseries_t *const series = tables;
  mcugen_timeseries_state_t *const state = its_state;
  const size_t room = series->channels * sizeof state->row[0] - state->filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state->row + state->filled_bytes, bytes, taken);
  state->filled_bytes += (uint32_t)taken;
  *row = NULL;
  if (taken == room) {
    for (uint32_t c = 0; c < series->channels; ++c) {
      state->row[c] = (state->row[c] - series->means[c]) / series->stddevs[c];
    }
    state->filled_bytes = 0;
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

const mcugen_row_maker_t mcugen_timeseries_maker = {reset, push, finish};
