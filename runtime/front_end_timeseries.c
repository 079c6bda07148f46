// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `timeseries`: float32 samples, channels interleaved -> one row per time step, each
// channel standardised with the mean and standard deviation of the training data. RAM: one row.
#include "front_end_timeseries.h"

#include <string.h>

#include "front_end.h"
#include "front_end_tables.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");

static struct {
  float row[MCUGEN_TIMESERIES_CHANNELS];
  uint32_t filled_bytes;
} state;

void mcugen_front_end_reset(void) { state.filled_bytes = 0; }

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  const size_t room = sizeof state.row - state.filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state.row + state.filled_bytes, bytes, taken);
  state.filled_bytes += (uint32_t)taken;
  *row = NULL;
  if (taken == room) {
    for (uint32_t c = 0; c < MCUGEN_TIMESERIES_CHANNELS; ++c) {
      state.row[c] = (state.row[c] - mcugen_timeseries.means[c]) / mcugen_timeseries.stddevs[c];
    }
    state.filled_bytes = 0;
    *row = state.row;
  }
  return taken;
}

const float *mcugen_front_end_finish(void) { return NULL; }
