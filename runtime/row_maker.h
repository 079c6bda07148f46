// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A front-end turns a source stream (PCM, pixels, samples of a series) into rows of float features.
// A row maker is the code of one kind; it keeps nothing: tables are generated, state and working
// memory belong to the caller.
#ifndef MCUGEN_ROW_MAKER_H
#define MCUGEN_ROW_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `tables` and `state` are the kind's own types: mcugen_log_mel_t and mcugen_log_mel_state_t, ...
typedef struct {
  // Forgets the stream; the next byte is the first of a clip.
  void (*reset)(const void *tables, void *state);
  // Takes source bytes (little endian) until a row is complete or all are taken; returns how many
  // were taken. *row is the completed row of floats, in `work` or `state` until the next call, or
  // NULL.
  size_t (*push)(const void *tables, void *state, float work[], const uint8_t bytes[], size_t count,
                 const float **row);
  // After the last byte of a clip: the next row that padding completes, or NULL when there is none
  // left.
  const float *(*finish)(const void *tables, void *state, float work[]);
} mcugen_row_maker_t;

typedef struct mcugen_front_end_info {
  const char *name;                 // "log-mel", "raw", ...
  uint32_t row_values;              // features in one row (one audio frame)
  uint32_t window_rows;             // rows the model sees at once
  uint32_t stride_rows;             // rows between two windows
  uint32_t first_row;               // rows of a clip before this one are dropped
  uint32_t last_row;                // first row that is dropped again; UINT32_MAX for none
  bool has_source;                  // false: only features or int8 can be pushed (raw)
  const mcugen_row_maker_t *maker;  // NULL for raw
  const void *tables;               // of the maker
} mcugen_front_end_info_t;

#endif
