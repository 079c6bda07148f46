// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "driver_io.h"

#include <stdio.h>
#include <stdlib.h>

bool driver_read(void *data, size_t bytes) { return fread(data, 1, bytes, stdin) == bytes; }

void driver_write(const void *data, size_t bytes) {
  if (fwrite(data, 1, bytes, stdout) != bytes) {
    abort();
  }
}

uint32_t driver_instructions(void) { return 0; }
