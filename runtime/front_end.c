// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end.h"

static const mcugen_front_end_info_t *const info = &mcugen_front_end_info;

void mcugen_front_end_reset(void) {
  if (info->maker != NULL) {
    info->maker->reset(info->tables, mcugen_front_end_state);
  }
}

size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row) {
  *row = NULL;
  return info->maker == NULL ? count
                             : info->maker->push(info->tables, mcugen_front_end_state,
                                                 mcugen_front_end_work, bytes, count, row);
}

const float *mcugen_front_end_finish(void) {
  return info->maker == NULL
             ? NULL
             : info->maker->finish(info->tables, mcugen_front_end_state, mcugen_front_end_work);
}
