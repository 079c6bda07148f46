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
  size_t expected_bytes;  // of the last `db load`
  size_t loaded_bytes;
  uint64_t start_ticks;  // microseconds are counted from here
} mcugen_mlperf_t;

void mcugen_mlperf_init(mcugen_mlperf_t *mlperf);

// Executes one command (printable ASCII, without its '%') and answers on the port.
void mcugen_mlperf_command(mcugen_mlperf_t *mlperf, mcugen_device_t *device, const char command[],
                           size_t length);

#endif
