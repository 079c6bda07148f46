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
  MCUGEN_PROFILE = 0x09,
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
#if MCUGEN_WAKE_WORD_WINDOWS
  float probabilities[MCUGEN_WAKE_WORD_WINDOWS];  // of the last windows
#endif
} mcugen_clip_t;

// An upload of the text dialect. It fills the same window as a clip, so there is only one of the
// two at a time: what begins one forgets the other (mcugen_device_reset).
typedef struct {
  size_t expected_bytes;  // 0: none
  size_t loaded_bytes;
} mcugen_upload_t;

typedef enum {
  MCUGEN_WORK_NONE,
  MCUGEN_WORK_FRAME,  // INFER
  MCUGEN_WORK_TEXT,   // `infer` of the text dialect
} mcugen_work_owner_t;

// Inferences on the full window that one request asked for. They run one at a time, so that the
// next request can end them.
typedef struct {
  mcugen_work_owner_t owner;
  uint32_t warmup;
  uint32_t timed;
  uint32_t done;      // of both together
  uint64_t begun_at;  // in ticks
} mcugen_work_t;

typedef struct {
  mcugen_window_t window;
#ifdef MCUGEN_BATCH
  mcugen_window_t batch[MCUGEN_BATCH];  // full windows of this PUSH that wait for their inference
  uint32_t waiting;
#endif
  mcugen_clip_t clip;
  mcugen_upload_t upload;
  mcugen_work_t work;
  bool has_output;  // an inference has run since the last reset, and no LAYER after it
  bool has_layer;   // a LAYER has run, and nothing after it
  uint32_t frames_damaged;
  uint32_t replies_repeated;
  uint32_t inferences;
} mcugen_device_t;

// Ticks per second; where a tick is not a time, the rate that board.toml names for it.
uint64_t mcugen_device_tick_rate(void);

// Starts the engine; stops the board (mcugen_port_fatal) if it does not fit this firmware.
void mcugen_device_init(mcugen_device_t *device);

// Forgets clip, upload, work, window and recurrent state.
void mcugen_device_reset(mcugen_device_t *device);

// True while the outputs of the engine are those of the window that is there.
bool mcugen_device_output_is_current(const mcugen_device_t *device);

// Begins `warmup` and then `timed` (at least 1) inferences; MCUGEN_STATUS_NOT_READY without a full
// window.
mcugen_status_t mcugen_device_begin_work(mcugen_device_t *device, mcugen_work_owner_t owner,
                                         uint32_t warmup, uint32_t timed);

// Runs the next inference of the work in hand. After the last one, and on an error, there is none.
mcugen_status_t mcugen_device_work(mcugen_device_t *device, uint64_t *ticks);

// The same for INFER, whose reply grows with each timed inference: *reply_bytes so far.
mcugen_status_t mcugen_device_work_on_infer(mcugen_device_t *device,
                                            uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes);

// Executes one request. On success the reply's payload is in `reply`, *reply_bytes long; an INFER
// has only begun then (device->work).
mcugen_status_t mcugen_device_execute(mcugen_device_t *device, uint8_t type,
                                      const uint8_t payload[], size_t payload_bytes,
                                      uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes);

#endif
