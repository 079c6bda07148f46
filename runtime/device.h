// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What requests act on: the clip that is being pushed, its window, counters.
#ifndef MCUGEN_DEVICE_H
#define MCUGEN_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "score.h"
#include "status.h"
#include "window.h"

// Types of requests: docs/PROTOCOL.md, section 4.
typedef enum {
  MCUGEN_HELLO = 0x01,
  MCUGEN_RESET = 0x02,
  MCUGEN_PUSH = 0x03,
  MCUGEN_READ = 0x04,
  MCUGEN_INFER = 0x05,
  MCUGEN_STATS = 0x06,
  MCUGEN_SET_BAUD = 0x07,
  MCUGEN_LAYER = 0x08,
} mcugen_request_t;

typedef enum {
  MCUGEN_SOURCE_FRONT_END = 0,
  MCUGEN_SOURCE_FEATURES = 1,
  MCUGEN_SOURCE_INT8 = 2,
} mcugen_source_t;

// A stream from its first byte to its end.
typedef struct {
  bool open;
  bool padding;  // all bytes have come, rows of padding are left
  mcugen_source_t source;
  uint32_t source_rows;  // rows of the front-end so far
  uint64_t row_ticks;    // of the front-end for the current row so far
  mcugen_clip_score_t score;
} mcugen_clip_t;

typedef struct {
  mcugen_window_t window;
  mcugen_clip_t clip;
  bool has_output;  // an inference has run since the last reset, and no LAYER after it
  bool has_layer;   // a LAYER has run, and nothing after it
  uint32_t frames_damaged;
  uint32_t replies_repeated;
  uint32_t inferences;
} mcugen_device_t;

// Starts the engine; stops the board (mcugen_port_fatal) if it does not fit this firmware.
void mcugen_device_init(mcugen_device_t *device);

// Forgets clip, window and recurrent state.
void mcugen_device_reset(mcugen_device_t *device);

// Runs the engine on the full window.
mcugen_status_t mcugen_device_infer(mcugen_device_t *device, uint64_t *ticks);

// Executes one request. On success the reply's payload is in `reply`, *reply_bytes long.
mcugen_status_t mcugen_device_execute(mcugen_device_t *device, uint8_t type,
                                      const uint8_t payload[], size_t payload_bytes,
                                      uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes);

#endif
