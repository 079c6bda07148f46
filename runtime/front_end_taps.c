// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_taps.h"

#include <string.h>

#include "front_end.h"

void mcugen_keep_stage(mcugen_stage_t stage, uint32_t row, const float values[], uint32_t count) {
  const mcugen_kept_stage_t *kept = &mcugen_kept_stages[stage];
  if (row < kept->rows && count == kept->count) {
    memcpy(&kept->values[row * count], values, count * sizeof(values[0]));
  }
}

const void *mcugen_front_end_stage(uint32_t stage, size_t *bytes) {
  if (stage >= mcugen_kept_stage_count) {
    return NULL;
  }
  const mcugen_kept_stage_t *kept = &mcugen_kept_stages[stage];
  *bytes = kept->rows * kept->count * sizeof(kept->values[0]);
  return kept->values;
}
