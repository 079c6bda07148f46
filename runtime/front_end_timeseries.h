// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Row maker `timeseries`: float32 samples, channels interleaved -> one row per time step, each
// channel standardised with the mean and standard deviation of the training data.
#ifndef MCUGEN_FRONT_END_TIMESERIES_H
#define MCUGEN_FRONT_END_TIMESERIES_H

#include "row_maker.h"

typedef struct {
  uint32_t channels;
  const float *means;    // [channels]
  const float *stddevs;  // [channels], not 0
} mcugen_timeseries_t;

typedef struct {
  float *row;  // [channels]
  uint32_t filled_bytes;
} mcugen_timeseries_state_t;

extern const mcugen_row_maker_t mcugen_timeseries_maker;

#endif
