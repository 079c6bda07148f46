// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A front-end turns a source stream (PCM, pixels, samples of a series) into rows of float features;
// the harness stacks rows into windows, quantises them and runs the engine. One is linked in.
#ifndef MCUGEN_FRONT_END_H
#define MCUGEN_FRONT_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;      // "log-mel", "raw", ...
  uint32_t row_values;   // features in one row (one audio frame)
  uint32_t window_rows;  // rows the model sees at once
  uint32_t stride_rows;  // rows between two windows
  uint32_t first_row;    // rows of a clip before this one are dropped
  uint32_t last_row;     // first row that is dropped again; UINT32_MAX for none
  bool has_source;       // false: only features or int8 can be pushed (raw)
} mcugen_front_end_info_t;

extern const mcugen_front_end_info_t mcugen_front_end_info;  // generated: front_end_tables.c

// Forgets the stream; the next byte is the first of a clip.
void mcugen_front_end_reset(void);

// Takes source bytes (little endian) until a row is complete or all are taken; returns how many
// were taken. *row is the completed row of `row_values` floats, valid until the next call, or NULL.
size_t mcugen_front_end_push(const uint8_t *bytes, size_t count, const float **row);

// After the last byte of a clip: the next row that padding completes, or NULL when there is none
// left.
const float *mcugen_front_end_finish(void);

#endif
