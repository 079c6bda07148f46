// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <string.h>

#include "little_endian.h"
#include "port.h"

// Where a tick is not a time, board.toml names a rate to make steadily growing numbers of it.
#ifndef MCUGEN_NOMINAL_TICKS_PER_SECOND
#define MCUGEN_NOMINAL_TICKS_PER_SECOND 1000000u
#endif

#define PAYLOAD_AT MCUGEN_PAYLOAD_OFFSET(MCUGEN_MAX_PAYLOAD)
#define ERROR_TEXT_BYTES 63u
#define READ_BYTES 256u
#define FRAME_END 0x00u
#define TEXT_END 0x25u  // '%'
#define FIRST_PRINTABLE 0x20u
#define LAST_PRINTABLE 0x7Eu
#define UNDISTURBED_SECONDS 2u

uint64_t mcugen_device_tick_rate(void) {
  const uint64_t rate = mcugen_port_ticks_per_second();
  return rate != 0 ? rate : MCUGEN_NOMINAL_TICKS_PER_SECOND;
}

void mcugen_harness_init(mcugen_harness_t *harness) {
  memset(harness, 0, sizeof(*harness));
  mcugen_device_init(&harness->device);
  mcugen_mlperf_init(&harness->mlperf);
}

// Puts status and text of an error into `payload`, of 1 + ERROR_TEXT_BYTES bytes.
static size_t put_error(mcugen_status_t status, uint8_t payload[]) {
  const char *text = mcugen_status_text(status);
  const size_t length = strlen(text);
  const size_t bytes = length < ERROR_TEXT_BYTES ? length : ERROR_TEXT_BYTES;
  payload[0] = (uint8_t)status;
  memcpy(payload + 1, text, bytes);
  return 1u + bytes;
}

// Answers without touching the stored reply.
static void refuse_order(uint16_t sequence) {
  uint8_t wire[MCUGEN_WIRE_BYTES(1u + ERROR_TEXT_BYTES)];
  const size_t payload_at = MCUGEN_PAYLOAD_OFFSET(1u + ERROR_TEXT_BYTES);
  const size_t bytes = put_error(MCUGEN_STATUS_OUT_OF_ORDER, wire + payload_at);
  mcugen_port_write(wire,
                    mcugen_frame_encode(MCUGEN_FRAME_ERROR, sequence, wire, payload_at, bytes));
}

// Makes the reply to the last executed request, of `bytes` bytes of payload or of an error.
static void store_reply(mcugen_harness_t *harness, uint8_t request, mcugen_status_t status,
                        size_t bytes) {
  uint8_t type = (uint8_t)(request | MCUGEN_FRAME_REPLY);
  if (status != MCUGEN_STATUS_OK) {
    type = MCUGEN_FRAME_ERROR;
    bytes = put_error(status, harness->reply + PAYLOAD_AT);
  }
  harness->reply_bytes =
      mcugen_frame_encode(type, harness->sequence, harness->reply, PAYLOAD_AT, bytes);
}

static void send_reply(const mcugen_harness_t *harness) {
  mcugen_port_write(harness->reply, harness->reply_bytes);
}

static void execute(mcugen_harness_t *harness, const mcugen_frame_t *frame) {
  size_t bytes = 0;
  const mcugen_status_t status =
      mcugen_device_execute(&harness->device, frame->type, frame->payload, frame->payload_bytes,
                            harness->reply + PAYLOAD_AT, &bytes);
  harness->sequence = frame->sequence;
  if (harness->device.work.owner == MCUGEN_WORK_NONE) {
    store_reply(harness, frame->type, status, bytes);
    send_reply(harness);
  }
}

static void work_on_infer(mcugen_harness_t *harness) {
  size_t bytes = 0;
  const mcugen_status_t status =
      mcugen_device_work_on_infer(&harness->device, harness->reply + PAYLOAD_AT, &bytes);
  if (harness->device.work.owner == MCUGEN_WORK_NONE) {
    store_reply(harness, MCUGEN_INFER, status, bytes);
    send_reply(harness);
  }
}

// Whether the work in hand stops here, because another request may wait: in `more` bytes that have
// been read, or in the port. Short work goes on, so that commands can be sent ahead.
static bool gives_way(const mcugen_harness_t *harness, bool more) {
  const bool waits = more || (mcugen_port_has_bytes != NULL && mcugen_port_has_bytes());
  return waits && mcugen_port_ticks() - harness->device.work.begun_at >
                      UNDISTURBED_SECONDS * mcugen_device_tick_rate();
}

// Runs the work in hand, if there is any, until it is done or gives way.
static void do_work(mcugen_harness_t *harness, bool more) {
  const mcugen_work_t *work = &harness->device.work;
  while (work->owner != MCUGEN_WORK_NONE && !gives_way(harness, more)) {
    if (work->owner == MCUGEN_WORK_FRAME) {
      work_on_infer(harness);
    } else {
      mcugen_mlperf_work(&harness->mlperf, &harness->device);
    }
  }
}

// Another request is about to be executed. Nobody waits for the answer to the one in hand any more;
// a repeat of INFER finds out what became of it.
static void end_work(mcugen_harness_t *harness) {
  if (harness->device.work.owner == MCUGEN_WORK_FRAME) {
    store_reply(harness, MCUGEN_INFER, MCUGEN_STATUS_ABORTED, 0);
  }
  harness->device.work.owner = MCUGEN_WORK_NONE;
}

// True if `frame` is a HELLO of a session other than the current one.
static bool starts_session(const mcugen_harness_t *harness, const mcugen_frame_t *frame) {
  return frame->type == MCUGEN_HELLO && frame->payload_bytes == 4 &&
         !(harness->in_session && harness->session == mcugen_get_u32(frame->payload));
}

static void deliver(mcugen_harness_t *harness, const mcugen_frame_t *frame) {
  if (starts_session(harness, frame)) {
    end_work(harness);
    harness->in_session = true;
    harness->session = mcugen_get_u32(frame->payload);
    mcugen_device_reset(&harness->device);
    execute(harness, frame);
  } else if (!harness->in_session) {
    refuse_order(frame->sequence);
  } else if (frame->sequence == harness->sequence) {
    if (harness->device.work.owner == MCUGEN_WORK_FRAME) {
      return;  // the reply comes when the work is done
    }
    ++harness->device.replies_repeated;
    send_reply(harness);
  } else if (frame->sequence == (uint16_t)(harness->sequence + 1u)) {
    end_work(harness);
    execute(harness, frame);
  } else {
    refuse_order(frame->sequence);
  }
}

static bool looks_like_frame(const mcugen_harness_t *harness) {
  return harness->collected_bytes >= 2 && harness->collected[1] == MCUGEN_FRAME_MAGIC;
}

static bool is_printable(const uint8_t bytes[], size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (bytes[i] < FIRST_PRINTABLE || bytes[i] > LAST_PRINTABLE) {
      return false;
    }
  }
  return true;
}

// True if what was collected made a frame or a command.
static bool end_buffer(mcugen_harness_t *harness, uint8_t end) {
  if (harness->overlong) {
    return false;
  }
  if (end == TEXT_END) {
    if (!is_printable(harness->collected, harness->collected_bytes)) {
      return false;
    }
    end_work(harness);
    mcugen_mlperf_command(&harness->mlperf, &harness->device, (const char *)harness->collected,
                          harness->collected_bytes);
    return true;
  }
  mcugen_frame_t frame;
  if (!looks_like_frame(harness) ||
      !mcugen_frame_decode(harness->collected, harness->collected_bytes, &frame)) {
    return false;
  }
  deliver(harness, &frame);
  return true;
}

// A % in the first place may be the first byte of a frame, whose COBS code can be any but zero; the
// byte after it decides.
static bool ends_text(const mcugen_harness_t *harness, uint8_t byte) {
  return byte == TEXT_END && harness->collected_bytes > 0 && !looks_like_frame(harness);
}

// It did not: the % was a command of no words, which nobody answers.
static bool follows_empty_text(const mcugen_harness_t *harness, uint8_t byte) {
  return harness->collected_bytes == 1 && harness->collected[0] == TEXT_END &&
         byte != MCUGEN_FRAME_MAGIC && byte != FRAME_END;
}

static void take_byte(mcugen_harness_t *harness, uint8_t byte) {
  if (follows_empty_text(harness, byte)) {
    harness->collected_bytes = 0;
  }
  if (byte == FRAME_END || ends_text(harness, byte)) {
    const bool empty = byte == FRAME_END && harness->collected_bytes == 0;
    if (!empty && !end_buffer(harness, byte)) {
      ++harness->device.frames_damaged;
    }
    harness->collected_bytes = 0;
    harness->overlong = false;
  } else if (harness->collected_bytes < sizeof(harness->collected)) {
    harness->collected[harness->collected_bytes++] = byte;
  } else {
    harness->overlong = true;
  }
}

void mcugen_harness_take(mcugen_harness_t *harness, const uint8_t bytes[], size_t count) {
  for (size_t i = 0; i < count; ++i) {
    take_byte(harness, bytes[i]);
    do_work(harness, i + 1 < count);
  }
}

_Noreturn void mcugen_harness_serve(mcugen_harness_t *harness) {
  for (;;) {
    uint8_t bytes[READ_BYTES];
    mcugen_harness_take(harness, bytes, mcugen_port_read(bytes, sizeof(bytes)));
  }
}
