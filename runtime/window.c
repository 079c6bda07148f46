// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "window.h"

#include <string.h>

#include "engine.h"
#include "front_end.h"
#include "little_endian.h"
#include "port.h"
#include "quantize.h"
#include "score.h"

#define ROW_BYTES (MCUGEN_INPUT_BYTES / MCUGEN_WINDOW_ROWS)
_Static_assert(MCUGEN_INPUT_BYTES % MCUGEN_WINDOW_ROWS == 0, "a window is whole rows");

#define ELEMENT_BYTES (ROW_BYTES / MCUGEN_ROW_VALUES)  // of the only input that takes floats

#define PIECE_VALUES 32u  // floats taken from the wire at a time

void mcugen_window_reset(mcugen_window_t *window) {
  window->rows = 0;
  window->skip_rows = 0;
  window->row_bytes = 0;
  window->cut_bytes = 0;
}

bool mcugen_window_is_full(const mcugen_window_t *window) {
  return window->rows == MCUGEN_WINDOW_ROWS;
}

bool mcugen_window_takes_floats(void) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  const mcugen_dtype_t dtype = info->input[0].dtype;
  const bool known = dtype == MCUGEN_FLOAT32 ||
                     (info->input[0].scale > 0.0f &&
                      (dtype == MCUGEN_INT8 || dtype == MCUGEN_UINT8 || dtype == MCUGEN_INT16));
  return info->inputs == 1 && known &&
         MCUGEN_INPUT_BYTES == MCUGEN_WINDOW_VALUES * mcugen_element_bytes(dtype);
}

// Makes room for the next row: as late as possible, so that the window can be read back.
static void slide(mcugen_window_t *window) {
  const uint32_t stride = mcugen_front_end_info.stride_rows;
  if (stride >= MCUGEN_WINDOW_ROWS) {
    window->rows = 0;
    window->skip_rows = stride - MCUGEN_WINDOW_ROWS;
    return;
  }
  window->rows = MCUGEN_WINDOW_ROWS - stride;
  const size_t drop = stride * ROW_BYTES;
  memmove(window->input, window->input + drop, MCUGEN_INPUT_BYTES - drop);
#if MCUGEN_SCORE_RECONSTRUCTION
  const size_t values = stride * MCUGEN_ROW_VALUES;
  memmove(window->features, window->features + values,
          (MCUGEN_WINDOW_VALUES - values) * sizeof(window->features[0]));
#endif
}

// Where the next byte of the window goes.
static size_t next(const mcugen_window_t *window) {
  return window->rows * ROW_BYTES + window->row_bytes;
}

// Whether values are kept that come now; makes room for them.
static bool keeps(mcugen_window_t *window) {
  if (mcugen_window_is_full(window)) {
    slide(window);
  }
  return window->skip_rows == 0;
}

// Both take what fits into the current row.
static void add_floats(mcugen_window_t *window, const float values[], size_t count) {
  if (keeps(window)) {
    const size_t at = next(window);
    mcugen_tensor_put(&mcugen_engine_info()->input[0], values, count, window->input + at);
#if MCUGEN_SCORE_RECONSTRUCTION
    memcpy(window->features + at / ELEMENT_BYTES, values, count * sizeof(values[0]));
#endif
  }
  window->row_bytes += count * ELEMENT_BYTES;
}

static void add_bytes(mcugen_window_t *window, const uint8_t bytes[], size_t count) {
  if (keeps(window)) {
    memcpy(window->input + next(window), bytes, count);
  }
  window->row_bytes += count;
}

// `of_bytes`: the row came as elements, whose values the score wants.
static mcugen_window_event_t end_of_row(mcugen_window_t *window, bool of_bytes) {
  (void)of_bytes;
  if (window->row_bytes < ROW_BYTES) {
    return MCUGEN_WINDOW_NOTHING;
  }
  window->row_bytes = 0;
  if (window->skip_rows > 0) {
    --window->skip_rows;
    return MCUGEN_WINDOW_ROW;
  }
#if MCUGEN_SCORE_RECONSTRUCTION
  if (of_bytes) {
    const size_t first = window->rows * MCUGEN_ROW_VALUES;
    mcugen_tensor_get(&mcugen_engine_info()->input[0], window->input, first, MCUGEN_ROW_VALUES,
                      window->features + first);
  }
#endif
  ++window->rows;
  return mcugen_window_is_full(window) ? MCUGEN_WINDOW_FULL : MCUGEN_WINDOW_ROW;
}

mcugen_window_event_t mcugen_window_push_floats(mcugen_window_t *window, const uint8_t bytes[],
                                                size_t count, size_t *taken) {
  size_t used = 0;
  while (used < count && window->row_bytes < ROW_BYTES) {
    float piece[PIECE_VALUES];
    size_t values = 0;
    const size_t wanted = (ROW_BYTES - window->row_bytes) / ELEMENT_BYTES;
    while (values < PIECE_VALUES && values < wanted && used < count) {
      window->cut[window->cut_bytes++] = bytes[used++];
      if (window->cut_bytes == sizeof(window->cut)) {
        piece[values++] = mcugen_get_f32(window->cut);
        window->cut_bytes = 0;
      }
    }
    add_floats(window, piece, values);
  }
  *taken = used;
  return end_of_row(window, false);
}

mcugen_window_event_t mcugen_window_push_bytes(mcugen_window_t *window, const uint8_t bytes[],
                                               size_t count, size_t *taken) {
  const size_t wanted = ROW_BYTES - window->row_bytes;
  *taken = count < wanted ? count : wanted;
  if (*taken > 0) {
    add_bytes(window, bytes, *taken);
  }
  return end_of_row(window, true);
}

mcugen_window_event_t mcugen_window_push_row(mcugen_window_t *window,
                                             const float row[MCUGEN_ROW_VALUES]) {
  add_floats(window, row, MCUGEN_ROW_VALUES);
  return end_of_row(window, false);
}

static void present(const mcugen_window_t *window, bool goes_on) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  if (!goes_on || !info->streams) {
    mcugen_engine_reset();
  }
  size_t at = 0;
  for (uint32_t i = 0; i < info->inputs; ++i) {
    memcpy(mcugen_engine_input(i), window->input + at, info->input[i].bytes);
    at += info->input[i].bytes;
  }
}

static void mark_pin(bool is_running) {
#ifdef MCUGEN_MLPERF_ENERGY
  (void)is_running;  // the pin is that of the time stamps
#else
  if (mcugen_port_mark != NULL) {
    mcugen_port_mark(is_running);
  }
#endif
}

static mcugen_status_t timed(mcugen_status_t (*invoke)(void), uint64_t *ticks) {
  mark_pin(true);
  const uint64_t start = mcugen_port_ticks();
  const mcugen_status_t status = invoke();
  *ticks = mcugen_port_ticks() - start;
  mark_pin(false);
  return status;
}

mcugen_status_t mcugen_window_infer(const mcugen_window_t *window, bool goes_on, uint64_t *ticks) {
  present(window, goes_on);
  return timed(mcugen_engine_invoke, ticks);
}

#ifdef MCUGEN_BATCH
mcugen_status_t mcugen_window_infer_batch(const mcugen_window_t windows[MCUGEN_BATCH],
                                          uint64_t *ticks) {
  uint8_t *input = mcugen_engine_batch_input();
  for (size_t i = 0; i < MCUGEN_BATCH; ++i) {
    memcpy(input + i * MCUGEN_INPUT_BYTES, windows[i].input, MCUGEN_INPUT_BYTES);
  }
  const mcugen_status_t status = timed(mcugen_engine_invoke_batch, ticks);
  *ticks /= MCUGEN_BATCH;
  return status;
}
#endif

mcugen_status_t mcugen_window_infer_marked(const mcugen_window_t *window, mcugen_mark_t mark,
                                           void *context) {
  if (mcugen_engine_invoke_marked == NULL) {
    return MCUGEN_STATUS_UNSUPPORTED;
  }
  present(window, false);
  mark(context, MCUGEN_MARK_BEGIN);
  return mcugen_engine_invoke_marked(mark, context);
}

mcugen_status_t mcugen_window_run_layers(const mcugen_window_t *window, uint32_t layer) {
  present(window, true);
  return mcugen_engine_invoke_until(layer);
}

float mcugen_window_score(const mcugen_window_t *window, const void *output) {
#if MCUGEN_SCORE_RECONSTRUCTION
  return mcugen_reconstruction_error(&mcugen_engine_info()->output[0], output, window->features,
                                     MCUGEN_WINDOW_VALUES);
#elif MCUGEN_WAKE_WORD_WINDOWS
  (void)window;
  float probability = 0.0f;
  mcugen_tensor_get(&mcugen_engine_info()->output[0], output, 0, 1, &probability);
  return probability;
#else
  (void)window;
  (void)output;
  return 0.0f;
#endif
}
