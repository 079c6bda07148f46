// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Reads a curve, then int16 values; answers with the sigmoid of each, its tanh, and the tanh of its
// double. tests/engines/ops/test_lstm.py is the other end.
#include "kernels/curve.h"

#include <stdlib.h>

#include "driver_io.h"

static int16_t curve[1024];

int main(void) {
  if (!driver_read(curve, sizeof curve)) {
    return EXIT_FAILURE;
  }
  int16_t value;
  while (driver_read(&value, sizeof value)) {
    const int16_t answer[3] = {
        (int16_t)mcugen_sigmoid_s16(curve + 512, 3 * value),
        (int16_t)mcugen_tanh_s16(curve + 512, 3 * value),
        (int16_t)mcugen_tanh_s16(curve + 512, 6 * value),
    };
    driver_write(answer, sizeof answer);
  }
  return EXIT_SUCCESS;
}
