// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the generated tables of front-end `timeseries` hold; front_end_tables.h has
// MCUGEN_TIMESERIES_CHANNELS.
#ifndef MCUGEN_FRONT_END_TIMESERIES_H
#define MCUGEN_FRONT_END_TIMESERIES_H

typedef struct {
  const float *means;    // [channels]
  const float *stddevs;  // [channels], not 0
} mcugen_timeseries_t;

extern const mcugen_timeseries_t mcugen_timeseries;

#endif
