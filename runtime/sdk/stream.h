// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// From samples to scores. Private to the generated <model>.h, whose functions call these.
#ifndef MCUGEN_STREAM_H
#define MCUGEN_STREAM_H

#include "instance.h"
#include "score.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mcugen_front_end_info;

// An instance and what its stream is between two calls. `memory` leads to arrays of the model's own
// struct.
typedef struct {
  mcugen_instance_t instance;
  const struct mcugen_front_end_info *front_end;
  struct {
    void *maker_state;  // of the front-end's row maker
    float *work;        // of the row maker; NULL: it works in the arena
    uint8_t *window;    // as input 0 of the model gets it
    float *features;    // what the score compares the output with; NULL where nothing does
  } memory;
  uint32_t source_rows;  // rows of the front-end since the reset
  uint32_t rows;         // complete ones in the window
  uint32_t skip_rows;    // between this window and the last one, still to be dropped
  uint32_t windows;      // scored since the reset, modulo 2^32
  bool ended;            // the next samples begin a new clip
  mcugen_clip_score_t mean;
} mcugen_stream_t;

// `front_end` and `memory` are set.
mcugen_result_t mcugen_stream_reset(mcugen_stream_t *stream);

// `count` bytes of samples; every window that they complete is scored and reported.
mcugen_result_t mcugen_stream_push(mcugen_stream_t *stream, const void *samples, size_t count,
                                   mcugen_on_event_t on_event, void *context);

// The windows that padding completes after the last sample of a clip.
mcugen_result_t mcugen_stream_end(mcugen_stream_t *stream, mcugen_on_event_t on_event,
                                  void *context);

#ifdef __cplusplus
}
#endif

#endif
