// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Front-end `raw`: the host computes the features. There is no source, so no byte ever makes a row;
// the harness refuses source bytes because `has_source` is false.
#include "front_end.h"

void mcugen_front_end_reset(void) {}

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  (void)bytes;
  *row = NULL;
  return count;
}

const float *mcugen_front_end_finish(void) { return NULL; }
