// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <string.h>

#include "device_read.h"
#include "engine.h"
#include "front_end.h"
#include "identity.h"
#include "little_endian.h"
#include "port.h"
#include "profile.h"
#include "quantize.h"

#define PROTOCOL_VERSION 1u
#define IDENTITY_BYTES 20u

#define PUSH_FLAG_END 1u
#define PUSH_OVERHEAD 2u
#define PUSH_REPLY_BYTES 16u
#define ROW_ENTRY_BYTES 4u
#define WINDOW_ENTRY_BYTES 16u
// A row completes one window at most.
#define MAX_ROWS ((MCUGEN_MAX_PAYLOAD - PUSH_REPLY_BYTES) / (ROW_ENTRY_BYTES + WINDOW_ENTRY_BYTES))

#define PROFILE_REPLY_BYTES 8u
#define INTERVAL_ENTRY_BYTES 8u
#define MAX_INTERVALS ((MCUGEN_MAX_PAYLOAD - PROFILE_REPLY_BYTES) / INTERVAL_ENTRY_BYTES)
#define CALIBRATION_MARKS 16u
_Static_assert(CALIBRATION_MARKS <= MAX_INTERVALS, "calibration takes the path that layers take");

#define MAX_REPEATS 64u
#define STATS_BYTES 28u

_Static_assert(MCUGEN_MAX_PAYLOAD >= 512u, "the smallest payload the protocol allows");
_Static_assert(MCUGEN_MAX_PAYLOAD <= 65535u, "sizes of payloads are u16");

void mcugen_device_init(mcugen_device_t *device) {
  memset(device, 0, sizeof(*device));
  const mcugen_engine_info_t *info = mcugen_engine_info();
  if (mcugen_engine_init() != MCUGEN_STATUS_OK) {
    mcugen_port_fatal("the engine does not start");
  }
  size_t input_bytes = 0;
  for (uint32_t i = 0; i < info->inputs; ++i) {
    input_bytes += info->input[i].bytes;
  }
  const size_t values = info->output[0].bytes / mcugen_element_bytes(info->output[0].dtype);
  if (input_bytes != MCUGEN_INPUT_BYTES || info->output[0].bytes != MCUGEN_OUTPUT_BYTES ||
      mcugen_front_end_info.stride_rows == 0 ||
      (MCUGEN_SCORE_RECONSTRUCTION &&
       (!mcugen_window_takes_floats() || values != MCUGEN_WINDOW_VALUES))) {
    mcugen_port_fatal("engine and harness are of different models");
  }
  mcugen_device_reset(device);
}

void mcugen_device_reset(mcugen_device_t *device) {
  memset(&device->clip, 0, sizeof(device->clip));
  memset(&device->upload, 0, sizeof(device->upload));
  memset(&device->work, 0, sizeof(device->work));
  mcugen_window_reset(&device->window);
#ifdef MCUGEN_BATCH
  device->waiting = 0;
#endif
  mcugen_front_end_reset();
  mcugen_engine_reset();
  device->has_output = false;
  device->has_layer = false;
}

bool mcugen_device_output_is_current(const mcugen_device_t *device) {
  return device->has_output && mcugen_window_is_full(&device->window);
}

// The engine has run on `windows` windows.
static mcugen_status_t inferred(mcugen_device_t *device, mcugen_status_t status, uint32_t windows) {
  device->has_output = status == MCUGEN_STATUS_OK;
  device->has_layer = false;
  device->inferences += windows;
  return status;
}

mcugen_status_t mcugen_device_begin_work(mcugen_device_t *device, mcugen_work_owner_t owner,
                                         uint32_t warmup, uint32_t timed) {
  // A clip of a model that streams could not go on after it.
  const bool disturbs = mcugen_engine_info()->streams && device->clip.open;
  if (!mcugen_window_is_full(&device->window) || disturbs) {
    return MCUGEN_STATUS_NOT_READY;
  }
  device->work = (mcugen_work_t){
      .owner = owner, .warmup = warmup, .timed = timed, .begun_at = mcugen_port_ticks()};
  return MCUGEN_STATUS_OK;
}

mcugen_status_t mcugen_device_work(mcugen_device_t *device, uint64_t *ticks) {
  mcugen_work_t *work = &device->work;
  const mcugen_status_t status =
      inferred(device, mcugen_window_infer(&device->window, false, ticks), 1);
  ++work->done;
  if (status != MCUGEN_STATUS_OK || work->done == work->warmup + work->timed) {
    work->owner = MCUGEN_WORK_NONE;
  }
  return status;
}

mcugen_status_t mcugen_device_work_on_infer(mcugen_device_t *device,
                                            uint8_t reply[MCUGEN_MAX_PAYLOAD],
                                            size_t *reply_bytes) {
  const mcugen_work_t *work = &device->work;
  uint64_t ticks = 0;
  const mcugen_status_t status = mcugen_device_work(device, &ticks);
  if (work->done > work->warmup) {
    const uint32_t timed = work->done - work->warmup;
    mcugen_put_ticks(ticks, reply + 4 * (timed - 1));
    *reply_bytes = 4 * timed;
  }
  return status;
}

static mcugen_status_t hello(uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes) {
  mcugen_put_u16(PROTOCOL_VERSION, reply);
  mcugen_put_u16(MCUGEN_MAX_PAYLOAD, reply + 2);
  mcugen_put_u64(mcugen_port_ticks_per_second(), reply + 4);
  mcugen_put_u32(MCUGEN_INPUT_BYTES, reply + 12);
  mcugen_put_u32(MCUGEN_OUTPUT_BYTES, reply + 16);
  const size_t room = MCUGEN_MAX_PAYLOAD - IDENTITY_BYTES;
  const size_t text = mcugen_identity_bytes < room ? mcugen_identity_bytes : room;
  memcpy(reply + IDENTITY_BYTES, mcugen_identity_text, text);
  *reply_bytes = IDENTITY_BYTES + text;
  return MCUGEN_STATUS_OK;
}

// The reply to a PUSH while it grows. Windows are listed after the room for all rows, and moved
// up to the last row in the end.
typedef struct {
  uint8_t *reply;
  uint32_t rows;
  uint32_t windows;
} push_reply_t;

#define WINDOWS_AT (PUSH_REPLY_BYTES + MAX_ROWS * ROW_ENTRY_BYTES)

// A window of the clip with its output.
static void list_window(mcugen_device_t *device, const mcugen_window_t *window, const void *output,
                        uint64_t ticks, push_reply_t *result) {
  float score = mcugen_window_score(window, output);
#if MCUGEN_WAKE_WORD_WINDOWS
  score = mcugen_running_mean(device->clip.probabilities, MCUGEN_WAKE_WORD_WINDOWS,
                              device->clip.score.windows, score);
#endif
  uint8_t *entry = result->reply + WINDOWS_AT + WINDOW_ENTRY_BYTES * result->windows++;
  mcugen_put_u32(device->clip.score.windows, entry);
  mcugen_put_f32(score, entry + 4);
  mcugen_put_u64(ticks, entry + 8);
  mcugen_clip_score_add(&device->clip.score, score);
}

static mcugen_status_t infer_window(mcugen_device_t *device, const mcugen_window_t *window,
                                    push_reply_t *result) {
  uint64_t ticks = 0;
  const mcugen_status_t status = inferred(device, mcugen_window_infer(window, true, &ticks), 1);
  if (status == MCUGEN_STATUS_OK) {
    list_window(device, window, mcugen_engine_output(0), ticks, result);
  }
  return status;
}

#ifdef MCUGEN_BATCH
// All that wait: a whole batch at once, fewer one by one.
static mcugen_status_t infer_waiting(mcugen_device_t *device, push_reply_t *result) {
  const uint32_t count = device->waiting;
  mcugen_status_t status = MCUGEN_STATUS_OK;
  device->waiting = 0;
  if (count < MCUGEN_BATCH) {
    for (uint32_t i = 0; i < count && status == MCUGEN_STATUS_OK; ++i) {
      status = infer_window(device, &device->batch[i], result);
    }
    return status;
  }
  uint64_t ticks = 0;
  status = inferred(device, mcugen_window_infer_batch(device->batch, &ticks), count);
  const uint8_t *last = mcugen_engine_output(0);
  for (uint32_t i = 0; i < count && status == MCUGEN_STATUS_OK; ++i) {
    const uint8_t *output = last - (count - 1u - i) * MCUGEN_OUTPUT_BYTES;
    list_window(device, &device->batch[i], output, ticks, result);
  }
  return status;
}
#endif

static mcugen_status_t window_completed(mcugen_device_t *device, push_reply_t *result) {
#ifdef MCUGEN_BATCH
  device->batch[device->waiting++] = device->window;
  return device->waiting < MCUGEN_BATCH ? MCUGEN_STATUS_OK : infer_waiting(device, result);
#else
  return infer_window(device, &device->window, result);
#endif
}

static mcugen_status_t row_event(mcugen_device_t *device, mcugen_window_event_t event,
                                 push_reply_t *result) {
  if (event == MCUGEN_WINDOW_NOTHING) {
    return MCUGEN_STATUS_OK;
  }
  uint8_t *entry = result->reply + PUSH_REPLY_BYTES + ROW_ENTRY_BYTES * result->rows++;
  mcugen_put_ticks(device->clip.row_ticks, entry);
  device->clip.row_ticks = 0;
  return event == MCUGEN_WINDOW_FULL ? window_completed(device, result) : MCUGEN_STATUS_OK;
}

// A row of the front-end: it counts, and enters the window if it lies in the frame range.
static mcugen_window_event_t front_end_row(mcugen_device_t *device, const float row[]) {
  const uint32_t index = device->clip.source_rows++;
  if (index < mcugen_front_end_info.first_row || index >= mcugen_front_end_info.last_row) {
    return MCUGEN_WINDOW_ROW;
  }
  return mcugen_window_push_row(&device->window, row);
}

// Takes bytes of the clip up to the end of a row at most.
static mcugen_window_event_t take_bytes(mcugen_device_t *device, const uint8_t bytes[],
                                        size_t count, size_t *taken) {
  switch (device->clip.source) {
    case MCUGEN_SOURCE_FEATURES:
      return mcugen_window_push_floats(&device->window, bytes, count, taken);
    case MCUGEN_SOURCE_INT8:
      return mcugen_window_push_bytes(&device->window, bytes, count, taken);
    case MCUGEN_SOURCE_FRONT_END:
      break;
  }
  const float *row = NULL;
  const uint64_t start = mcugen_port_ticks();
  *taken = mcugen_front_end_push(bytes, count, &row);
  device->clip.row_ticks += mcugen_port_ticks() - start;
  return row != NULL ? front_end_row(device, row) : MCUGEN_WINDOW_NOTHING;
}

// One more row of padding; MCUGEN_WINDOW_NOTHING when there is none left.
static mcugen_window_event_t take_padding(mcugen_device_t *device) {
  if (device->clip.source != MCUGEN_SOURCE_FRONT_END) {
    return MCUGEN_WINDOW_NOTHING;
  }
  const uint64_t start = mcugen_port_ticks();
  const float *row = mcugen_front_end_finish();
  device->clip.row_ticks += mcugen_port_ticks() - start;
  return row != NULL ? front_end_row(device, row) : MCUGEN_WINDOW_NOTHING;
}

static mcugen_status_t open_clip(mcugen_device_t *device, uint8_t source, size_t count) {
  const bool floats = source == MCUGEN_SOURCE_FRONT_END || source == MCUGEN_SOURCE_FEATURES;
  if (source > MCUGEN_SOURCE_INT8) {
    return MCUGEN_STATUS_BAD_ARGUMENT;
  }
  if ((floats && !mcugen_window_takes_floats()) ||
      (source == MCUGEN_SOURCE_FRONT_END && !mcugen_front_end_info.has_source)) {
    return MCUGEN_STATUS_UNSUPPORTED;
  }
  if (device->clip.open) {
    const bool goes_on =
        device->clip.source == (mcugen_source_t)source && !(device->clip.padding && count > 0);
    return goes_on ? MCUGEN_STATUS_OK : MCUGEN_STATUS_BAD_ARGUMENT;
  }
  mcugen_device_reset(device);
  device->clip.open = true;
  device->clip.source = (mcugen_source_t)source;
  return MCUGEN_STATUS_OK;
}

static mcugen_status_t push_bytes(mcugen_device_t *device, const uint8_t bytes[], size_t count,
                                  push_reply_t *result, size_t *taken) {
  *taken = 0;
  while (*taken < count && result->rows < MAX_ROWS) {
    size_t used = 0;
    const mcugen_window_event_t event = take_bytes(device, bytes + *taken, count - *taken, &used);
    *taken += used;
    const mcugen_status_t status = row_event(device, event, result);
    if (status != MCUGEN_STATUS_OK) {
      return status;
    }
  }
  return MCUGEN_STATUS_OK;
}

// Closes the clip when the reply had room for all rows of padding.
static mcugen_status_t push_padding(mcugen_device_t *device, push_reply_t *result) {
  device->clip.padding = true;
  while (result->rows < MAX_ROWS) {
    const mcugen_window_event_t event = take_padding(device);
    if (event == MCUGEN_WINDOW_NOTHING) {
      device->clip.open = false;
      break;
    }
    const mcugen_status_t status = row_event(device, event, result);
    if (status != MCUGEN_STATUS_OK) {
      return status;
    }
  }
  return MCUGEN_STATUS_OK;
}

static mcugen_status_t push(mcugen_device_t *device, const uint8_t payload[], size_t payload_bytes,
                            uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes) {
  if (payload_bytes < PUSH_OVERHEAD) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  const uint8_t flags = payload[1];
  const size_t count = payload_bytes - PUSH_OVERHEAD;
  if ((flags & ~PUSH_FLAG_END) != 0) {
    return MCUGEN_STATUS_BAD_ARGUMENT;
  }
  mcugen_status_t status = open_clip(device, payload[0], count);
  if (status != MCUGEN_STATUS_OK) {
    return status;
  }
  push_reply_t result = {.reply = reply};
  size_t taken = 0;
  status = push_bytes(device, payload + PUSH_OVERHEAD, count, &result, &taken);
  if (status == MCUGEN_STATUS_OK && (flags & PUSH_FLAG_END) != 0 && taken == count) {
    status = push_padding(device, &result);
  }
#ifdef MCUGEN_BATCH
  if (status == MCUGEN_STATUS_OK) {
    status = infer_waiting(device, &result);
  }
#endif
  if (status != MCUGEN_STATUS_OK) {
    mcugen_device_reset(device);  // half a clip is worth nothing
    return status;
  }
  const size_t windows_at = PUSH_REPLY_BYTES + ROW_ENTRY_BYTES * result.rows;
  memmove(reply + windows_at, reply + WINDOWS_AT, WINDOW_ENTRY_BYTES * result.windows);
  mcugen_put_u16((uint16_t)result.rows, reply);
  mcugen_put_u16((uint16_t)result.windows, reply + 2);
  mcugen_put_u16((uint16_t)taken, reply + 4);
  mcugen_put_u16(device->clip.open ? 0 : (uint16_t)PUSH_FLAG_END, reply + 6);
  mcugen_put_f32(mcugen_clip_score_mean(&device->clip.score), reply + 8);
  mcugen_put_u32(device->clip.score.windows, reply + 12);
  *reply_bytes = windows_at + WINDOW_ENTRY_BYTES * result.windows;
  return MCUGEN_STATUS_OK;
}

static mcugen_status_t infer(mcugen_device_t *device, const uint8_t payload[],
                             size_t payload_bytes) {
  if (payload_bytes != 4) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  const uint32_t warmup = mcugen_get_u16(payload);
  const uint32_t repeats = mcugen_get_u16(payload + 2);
  if (repeats < 1 || repeats > MAX_REPEATS) {
    return MCUGEN_STATUS_BAD_ARGUMENT;
  }
  return mcugen_device_begin_work(device, MCUGEN_WORK_FRAME, warmup, repeats);
}

static mcugen_status_t stats(const mcugen_device_t *device, uint8_t reply[MCUGEN_MAX_PAYLOAD],
                             size_t *reply_bytes) {
  const uint32_t values[STATS_BYTES / 4] = {
      mcugen_port_stack_used_bytes(),
      mcugen_engine_arena_used_bytes(),
      mcugen_engine_info()->arena_bytes,
      device->frames_damaged,
      device->replies_repeated,
      mcugen_port_receive_overruns(),
      device->inferences,
  };
  for (size_t i = 0; i < STATS_BYTES / 4; ++i) {
    mcugen_put_u32(values[i], reply + 4 * i);
  }
  *reply_bytes = STATS_BYTES;
  return MCUGEN_STATUS_OK;
}

static mcugen_status_t set_baud(const uint8_t payload[], size_t payload_bytes) {
  if (payload_bytes != 4) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  const uint32_t baud = mcugen_get_u32(payload);
  return baud == 0 ? MCUGEN_STATUS_BAD_ARGUMENT : mcugen_port_set_baud(baud);
}

static mcugen_status_t layer(mcugen_device_t *device, const uint8_t payload[],
                             size_t payload_bytes) {
  if (payload_bytes != 4) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  if (!mcugen_window_is_full(&device->window)) {
    return MCUGEN_STATUS_NOT_READY;
  }
  const mcugen_status_t status = mcugen_window_run_layers(&device->window, mcugen_get_u32(payload));
  device->has_layer = status == MCUGEN_STATUS_OK;
  device->has_output = false;
  return status;
}

static mcugen_status_t profile(mcugen_device_t *device, const uint8_t payload[],
                               size_t payload_bytes, uint8_t reply[MCUGEN_MAX_PAYLOAD],
                               size_t *reply_bytes) {
  if (payload_bytes != 4) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  if (!mcugen_window_is_full(&device->window)) {
    return MCUGEN_STATUS_NOT_READY;
  }
  device->has_output = false;
  device->has_layer = false;
  return mcugen_profile(&device->window, mcugen_get_u32(payload), reply, reply_bytes);
}

mcugen_status_t mcugen_device_execute(mcugen_device_t *device, uint8_t type,
                                      const uint8_t payload[], size_t payload_bytes,
                                      uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes) {
  *reply_bytes = 0;
  switch (type) {
    case MCUGEN_HELLO:  // the harness has looked at the session number
      return payload_bytes == 4 ? hello(reply, reply_bytes) : MCUGEN_STATUS_BAD_LENGTH;
    case MCUGEN_RESET:
      if (payload_bytes != 0) {
        return MCUGEN_STATUS_BAD_LENGTH;
      }
      mcugen_device_reset(device);
      return MCUGEN_STATUS_OK;
    case MCUGEN_PUSH:
      return push(device, payload, payload_bytes, reply, reply_bytes);
    case MCUGEN_READ:
      return mcugen_device_read(device, payload, payload_bytes, reply, reply_bytes);
    case MCUGEN_INFER:
      return infer(device, payload, payload_bytes);
    case MCUGEN_STATS:
      return payload_bytes == 0 ? stats(device, reply, reply_bytes) : MCUGEN_STATUS_BAD_LENGTH;
    case MCUGEN_SET_BAUD:
      return set_baud(payload, payload_bytes);
    case MCUGEN_LAYER:
      return layer(device, payload, payload_bytes);
    case MCUGEN_PROFILE:
      return profile(device, payload, payload_bytes, reply, reply_bytes);
    default:
      return MCUGEN_STATUS_BAD_COMMAND;
  }
}
