// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Keeps the stages of a front-end's last rows, for comparing them one by one.
#ifndef MCUGEN_FRONT_END_TAPS_H
#define MCUGEN_FRONT_END_TAPS_H

#include "mel.h"

typedef struct {
  float *values;  // [rows][count]
  uint32_t count;
  uint32_t rows;  // kept: 1 where rows are not numbered
} mcugen_kept_stage_t;

// Generated: front_end_tables.c.
extern const mcugen_kept_stage_t mcugen_kept_stages[];
extern const uint32_t mcugen_kept_stage_count;

void mcugen_keep_stage(mcugen_stage_t stage, uint32_t row, const float values[], uint32_t count);

#endif
