// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The one front-end of the measuring firmware, with memory of its own. The harness stacks its rows
// into windows, quantises them and runs the engine.
#ifndef MCUGEN_FRONT_END_H
#define MCUGEN_FRONT_END_H

#include "row_maker.h"

// Generated: front_end_tables.c.
extern const mcugen_front_end_info_t mcugen_front_end_info;
extern void *const mcugen_front_end_state;  // of the maker; NULL for raw
extern float *const mcugen_front_end_work;  // NULL where the maker needs none

// The functions of mcugen_row_maker_t; without a source all bytes are taken and no row is made.
void mcugen_front_end_reset(void);
size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row);
const float *mcugen_front_end_finish(void);

// Floats of a stage of the last row, or of all rows, for comparing stage by stage; NULL where there
// is no such stage. A firmware without it keeps none.
__attribute__((weak)) const void *mcugen_front_end_stage(uint32_t stage, size_t *bytes);

#endif
