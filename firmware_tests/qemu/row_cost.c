// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Prints what one row of the linked front-end costs, in ticks of the board: mean and maximum.
// vectors.h is the one of unit/test_features.c.
#include <stdio.h>

#include "front_end.h"
#include "port.h"
#include "vectors.h"

int main(void) {
  mcugen_front_end_reset();
  printf("one row of %s\n", mcugen_front_end_info.name);  // starts the board
  uint32_t rows = 0;
  uint64_t sum = 0;
  uint64_t maximum = 0;
  for (size_t done = 0; done < sizeof pcm;) {
    const float *row;
    const uint64_t before = mcugen_port_ticks();
    done += mcugen_front_end_push(&pcm[done], sizeof pcm - done, &row);
    const uint64_t ticks = mcugen_port_ticks() - before;
    if (row != NULL) {
      ++rows;
      sum += ticks;
      maximum = ticks > maximum ? ticks : maximum;
    }
  }
  printf("mean_ticks=%lu max_ticks=%lu\n", (unsigned long)(sum / rows), (unsigned long)maximum);
  return 0;
}
