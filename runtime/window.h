// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The sliding window over rows of features, as the model's input sees it.
#ifndef MCUGEN_WINDOW_H
#define MCUGEN_WINDOW_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "model.h"
#include "status.h"

#define MCUGEN_WINDOW_VALUES (MCUGEN_ROW_VALUES * MCUGEN_WINDOW_ROWS)

typedef struct {
  // As the model's inputs get it, one after the other.
  alignas(4) uint8_t input[MCUGEN_INPUT_BYTES];
#if MCUGEN_SCORE_RECONSTRUCTION
  float features[MCUGEN_WINDOW_VALUES];  // what the score compares the output with
#endif
  uint32_t rows;       // complete rows in the window
  uint32_t skip_rows;  // rows between this window and the last one, still to be dropped
  size_t row_bytes;    // bytes of `input` that the current row has
  uint8_t cut[4];      // first bytes of a float that the next push completes
  size_t cut_bytes;
} mcugen_window_t;

// What a push has completed.
typedef enum {
  MCUGEN_WINDOW_NOTHING,
  MCUGEN_WINDOW_ROW,   // a row, but not a window
  MCUGEN_WINDOW_FULL,  // a row, and with it the window: it stays until the next push
} mcugen_window_event_t;

// Forgets all rows.
void mcugen_window_reset(mcugen_window_t *window);

// True from the push that completed the window until the next one that takes bytes.
bool mcugen_window_is_full(const mcugen_window_t *window);

// True if the model has one input, of a type that floats can be quantised to.
bool mcugen_window_takes_floats(void);

// Take bytes up to the end of the current row at most; *taken is how many. Rows of little-endian
// float32, or bytes of the input tensors as they are.
mcugen_window_event_t mcugen_window_push_floats(mcugen_window_t *window, const uint8_t bytes[],
                                                size_t count, size_t *taken);
mcugen_window_event_t mcugen_window_push_bytes(mcugen_window_t *window, const uint8_t bytes[],
                                               size_t count, size_t *taken);

// Takes a whole row at the beginning of a row.
mcugen_window_event_t mcugen_window_push_row(mcugen_window_t *window,
                                             const float row[MCUGEN_ROW_VALUES]);

// One inference on a full window, with fresh recurrent state, unless the model streams and the
// window `goes_on` where the last one ended; *ticks without copying the input.
mcugen_status_t mcugen_window_infer(const mcugen_window_t *window, bool goes_on, uint64_t *ticks);

#ifdef MCUGEN_BATCH
// One inference on as many full windows at once; *ticks of each, a share of all.
mcugen_status_t mcugen_window_infer_batch(const mcugen_window_t windows[MCUGEN_BATCH],
                                          uint64_t *ticks);
#endif

// One inference from fresh state, with a mark after every layer and one for MCUGEN_MARK_BEGIN
// before the first; MCUGEN_STATUS_UNSUPPORTED where the engine sets none.
#define MCUGEN_MARK_BEGIN UINT32_MAX
mcugen_status_t mcugen_window_infer_marked(const mcugen_window_t *window, mcugen_mark_t mark,
                                           void *context);

// The layers up to and including `layer` on a full window, from the state its inference came upon.
mcugen_status_t mcugen_window_run_layers(const mcugen_window_t *window, uint32_t layer);

// Score of a window with that output 0, as the firmware was built (MCUGEN_SCORE_...).
float mcugen_window_score(const mcugen_window_t *window, const void *output);

#endif
