// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Prints what a clip costs in the linked front-end: rows, and ticks of the board for all of them.
// vectors.h is the one of unit/test_features.c.
#include <stdio.h>

#include "front_end.h"
#include "port.h"
#include "vectors.h"

int main(void) {
  printf("front-end %s\n", mcugen_front_end_info.name);  // starts the board
  unsigned rows = 0;
  const uint64_t start = mcugen_port_ticks();
  mcugen_front_end_reset();
  for (size_t done = 0; done < sizeof source;) {
    const float *row;
    done += mcugen_front_end_push(&source[done], sizeof source - done, &row);
    rows += row != NULL ? 1u : 0u;
  }
  while (mcugen_front_end_finish() != NULL) {
    ++rows;
  }
  const uint64_t ticks = mcugen_port_ticks() - start;
  printf("rows=%u ticks=%lu\n", rows, (unsigned long)ticks);
  return 0;
}
