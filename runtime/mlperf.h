// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The MLPerf Tiny text dialect: commands that end in '%', answers that end in "m-ready\r\n".
// Strings as in the reference firmware (mlcommons/tiny, benchmark/api), misspellings included.
#ifndef MCUGEN_MLPERF_H
#define MCUGEN_MLPERF_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

typedef struct {
  uint64_t start_ticks;  // microseconds are counted from here
} mcugen_mlperf_t;

void mcugen_mlperf_init(mcugen_mlperf_t *mlperf);

// Executes one command (printable ASCII, without its '%') and answers on the port; an `infer` has
// only begun then (device->work).
void mcugen_mlperf_command(mcugen_mlperf_t *mlperf, mcugen_device_t *device, const char command[],
                           size_t length);

// Runs the next inference of the `infer` in hand; the rest of the answer comes with the last one.
void mcugen_mlperf_work(const mcugen_mlperf_t *mlperf, mcugen_device_t *device);

#endif
