// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes into the harness: raw ones, requests with a right CRC, text commands, in any order,
// with requests that are ended in the middle. After each of them the state must make sense; after
// all of them a window must give the outputs that it gave to a device that had just been started.
// Knows nothing of the model, so it runs with any project's; with the fake model it also computes
// what the outputs must be. The signature is libFuzzer's; replay.c drives it where there is no
// libFuzzer.
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "fake_port.h"
#include "front_end.h"
#include "harness.h"
#include "little_endian.h"

#define ROW_BYTES (MCUGEN_INPUT_BYTES / MCUGEN_WINDOW_ROWS)
#define LONGEST_TEXT 1024u
#define GIVES_WAY_AT_ONCE 3000000u

static mcugen_harness_t harness;
static uint8_t wire[MCUGEN_WIRE_BYTES(MCUGEN_MAX_PAYLOAD)];
static size_t wire_bytes;
static unsigned long frames;
static unsigned long texts;

static void fail(const char broken[]) {
  (void)fprintf(stderr, "after %lu frames and %lu texts: not %s\n", frames, texts, broken);
  abort();
}

#define REQUIRE(truth) \
  do {                 \
    if (!(truth)) {    \
      fail(#truth);    \
    }                  \
  } while (0)

static void check_window(const mcugen_window_t *window) {
  REQUIRE(window->rows <= MCUGEN_WINDOW_ROWS);
  REQUIRE(window->row_bytes < ROW_BYTES);
  REQUIRE(window->row_bytes == 0 || window->rows < MCUGEN_WINDOW_ROWS);
  REQUIRE(window->cut_bytes < sizeof(window->cut));
  REQUIRE(window->skip_rows <= mcugen_front_end_info.stride_rows);
}

static void check_owners(const mcugen_device_t *device) {
  const mcugen_clip_t *clip = &device->clip;
  const mcugen_upload_t *upload = &device->upload;
  REQUIRE(upload->loaded_bytes <= upload->expected_bytes);
  REQUIRE(upload->expected_bytes <= MCUGEN_INPUT_BYTES * 4u);
  REQUIRE(!clip->open || upload->expected_bytes == 0);
  REQUIRE(clip->source <= MCUGEN_SOURCE_INT8);
  // Rows of the front-end come whole.
  REQUIRE(!clip->open || clip->source != MCUGEN_SOURCE_FRONT_END ||
          device->window.row_bytes + device->window.cut_bytes == 0);
  REQUIRE(device->window.cut_bytes == 0 || clip->source != MCUGEN_SOURCE_INT8);
}

static void check_results(const mcugen_device_t *device) {
  REQUIRE(!(device->has_output && device->has_layer));
  REQUIRE(device->work.owner == MCUGEN_WORK_NONE || mcugen_window_is_full(&device->window));
  REQUIRE(device->work.owner == MCUGEN_WORK_NONE ||
          device->work.done < device->work.warmup + device->work.timed);
#ifdef FAKE_NAME
  const int8_t *output = mcugen_engine_output(0);
  for (uint32_t i = 0; i < MCUGEN_INPUT_BYTES && mcugen_device_output_is_current(device); ++i) {
    REQUIRE((uint8_t)output[i] == (uint8_t)((uint8_t)device->window.input[i] + i));
  }
#endif
}

static void check_state(void) {
  REQUIRE(harness.collected_bytes <= sizeof(harness.collected));
  REQUIRE(harness.reply_bytes <= sizeof(harness.reply));
  check_window(&harness.device.window);
  check_owners(&harness.device);
  check_results(&harness.device);
}

static void encode(uint8_t type, uint16_t sequence, const uint8_t payload[], size_t count) {
  const size_t payload_at = MCUGEN_PAYLOAD_OFFSET(MCUGEN_MAX_PAYLOAD);
  if (count > 0) {
    memcpy(wire + payload_at, payload, count);
  }
  wire_bytes = mcugen_frame_encode(type, sequence, wire, payload_at, count);
}

// Sends a frame; what comes back, if anything does, is in *reply.
static bool send(uint8_t type, uint16_t sequence, const uint8_t payload[], size_t count,
                 mcugen_frame_t *reply) {
  ++frames;
  encode(type, sequence, payload, count);
  mcugen_harness_take(&harness, wire, 1);  // ends what is there
  fake_port_clear();
  mcugen_harness_take(&harness, wire + 1, wire_bytes - 1);
  return fake_port_written_bytes > 2 && fake_port_written[0] == 0 &&
         mcugen_frame_decode(fake_port_written + 1, fake_port_written_bytes - 2, reply);
}

// Every request is answered by one frame of its sequence: at once, unless it is an INFER in hand.
static void take_request(uint8_t type, uint16_t sequence, const uint8_t payload[], size_t count) {
  mcugen_frame_t reply;
  if (send(type, sequence, payload, count, &reply)) {
    REQUIRE(reply.sequence == sequence);
    REQUIRE(reply.type == (type | MCUGEN_FRAME_REPLY) || reply.type == MCUGEN_FRAME_ERROR ||
            sequence == harness.sequence);  // perhaps a repeat of another type
  } else {
    REQUIRE(harness.device.work.owner == MCUGEN_WORK_FRAME);
  }
}

// Makes sense of wild arguments, so that most requests are executed. Returns the payload's length.
static size_t tame(uint8_t type, uint8_t payload[], size_t count) {
  switch (type) {
    case MCUGEN_HELLO:
      mcugen_put_u32(payload[0] % 2u, payload);
      return 4;
    case MCUGEN_PUSH:
      payload[0] %= 3u;
      payload[1] = payload[1] % 8u == 0;
      return count < 2 ? 2 : count;
    case MCUGEN_READ:
      payload[0] %= 4u;
      payload[1] = payload[1] % 16u == 0;
      mcugen_put_u32(payload[2] % 64u, payload + 2);
      mcugen_put_u16(payload[6], payload + 6);
      return 8;
    case MCUGEN_INFER:
      mcugen_put_u16(payload[0] % 4u, payload);
      mcugen_put_u16((uint16_t)(1u + payload[2] % 4u), payload + 2);
      return 4;
    case MCUGEN_LAYER:
      mcugen_put_u32(payload[0] % 4u, payload);
      return 4;
    default:
      return 0;
  }
}

// Byte 0: type and whether the payload is tamed; byte 1: its place in the sequence.
static void take_wild_request(const uint8_t *data, size_t count) {
  uint8_t payload[MCUGEN_MAX_PAYLOAD] = {0};
  const uint8_t type = data[0] % 10;
  const uint8_t place = count > 1 ? data[1] % 16 : 0;
  const uint16_t sequence =
      (uint16_t)(place == 0 ? harness.sequence : harness.sequence + (place == 1 ? 2u : 1u));
  size_t bytes = count > 2 ? count - 2 : 0;
  bytes = bytes < sizeof(payload) ? bytes : sizeof(payload);
  memcpy(payload, data + count - bytes, bytes);
  if (data[0] / 10 % 4 != 0) {
    bytes = tame(type, payload, bytes);
  }
  take_request(type, sequence, payload, bytes);
}

// The beginning of a command, and bytes made hexadecimal or printable after it.
static void take_command(const uint8_t *data, size_t count) {
  static const char *const COMMANDS[] = {
      "db load ", "db ",        "db 0a1B2c", "db load 48", "db load 2560",
      "db print", "infer 2 1 ", "results",   "profile",    "timestamp",
      "name",     "",           "infer 0 ",
  };
  static const char DIGITS[] = "0123456789abcdefABCDEF";
  char text[LONGEST_TEXT];
  const char *command = COMMANDS[data[0] % (sizeof(COMMANDS) / sizeof(COMMANDS[0]))];
  size_t length = strlen(command);
  memcpy(text, command, length);
  const bool digits = count > 1 && data[1] % 4 != 0;
  for (size_t i = 2; i < count && length + 1 < sizeof(text); ++i) {
    text[length++] =
        digits ? DIGITS[data[i] % (sizeof(DIGITS) - 1)] : (char)(' ' + data[i] % ('~' - ' ' + 1));
  }
  text[length++] = '%';
  ++texts;
  mcugen_harness_take(&harness, (const uint8_t *)text, length);
}

// Work that is in hand when the next bytes come. The fake clock makes it give way at once.
static void begin_long_work(uint8_t which) {
  static const char INFER[] = "infer 1000000000 1000000000%";
  fake_port_has_bytes = true;
  fake_port_ticks_per_look = GIVES_WAY_AT_ONCE;
  if (which % 2 == 0) {
    ++texts;
    mcugen_harness_take(&harness, (const uint8_t *)INFER, sizeof(INFER) - 1);
  } else {
    take_request(MCUGEN_INFER, (uint16_t)(harness.sequence + 1u), (const uint8_t *)"\xFF\xFF\1\0",
                 4);
  }
}

static void end_long_work(void) {
  if (harness.device.work.owner == MCUGEN_WORK_NONE) {
    fake_port_has_bytes = false;
    fake_port_ticks_per_look = 5;
  }
}

// Byte 0 of a piece chooses its kind, byte 1 is the length of what follows.
static size_t take_piece(const uint8_t *data, size_t size) {
  const size_t count = data[1] < size - 2 ? data[1] : size - 2;
  const uint8_t *content = data + 2;
  if (count == 0) {
    begin_long_work(data[0]);
  } else if (data[0] % 4 == 0) {
    mcugen_harness_take(&harness, content, count);
  } else if (data[0] % 4 == 1) {
    take_command(content, count);
  } else {
    take_wild_request(content, count);
  }
  end_long_work();
  check_state();
  return 2 + count;
}

// Asks for something that cannot be refused.
static mcugen_frame_t ask(uint8_t type, const uint8_t payload[], size_t count) {
  mcugen_frame_t reply = {0};
  REQUIRE(send(type, (uint16_t)(harness.sequence + 1u), payload, count, &reply));
  REQUIRE(reply.type == (type | MCUGEN_FRAME_REPLY));
  return reply;
}

// The outputs of one window of int8 features, from a new session on, whatever was before.
static void outputs_of_a_window(uint8_t outputs[MCUGEN_OUTPUT_BYTES]) {
  uint8_t payload[MCUGEN_MAX_PAYLOAD];
  mcugen_put_u32(harness.session + 1u, payload);
  (void)ask(MCUGEN_HELLO, payload, 4);
  for (size_t at = 0; at < MCUGEN_INPUT_BYTES;) {
    const size_t left = MCUGEN_INPUT_BYTES - at;
    const size_t count = left < sizeof(payload) - 2 ? left : sizeof(payload) - 2;
    payload[0] = MCUGEN_SOURCE_INT8;
    payload[1] = 0;
    for (size_t i = 0; i < count; ++i) {
      payload[2 + i] = (uint8_t)((at + i) * 37u);
    }
    const mcugen_frame_t reply = ask(MCUGEN_PUSH, payload, 2 + count);
    REQUIRE(mcugen_get_u16(reply.payload + 4) > 0);
    at += mcugen_get_u16(reply.payload + 4);
  }
  for (size_t at = 0; at < MCUGEN_OUTPUT_BYTES;) {
    payload[0] = 1;
    payload[1] = 0;
    mcugen_put_u32((uint32_t)at, payload + 2);
    mcugen_put_u16(MCUGEN_MAX_PAYLOAD, payload + 6);
    const mcugen_frame_t reply = ask(MCUGEN_READ, payload, 8);
    REQUIRE(reply.payload_bytes > 0 && reply.payload_bytes <= MCUGEN_OUTPUT_BYTES - at);
    memcpy(outputs + at, reply.payload, reply.payload_bytes);
    at += reply.payload_bytes;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t expected[MCUGEN_OUTPUT_BYTES];
  static uint8_t got[MCUGEN_OUTPUT_BYTES];
  static bool started;
  if (!started) {
    mcugen_harness_init(&harness);
    outputs_of_a_window(expected);
    started = true;
  }
  while (size > 2) {
    const size_t used = take_piece(data, size);
    data += used;
    size -= used;
  }
  outputs_of_a_window(got);
  end_long_work();
  check_state();
  REQUIRE(memcmp(expected, got, sizeof(got)) == 0);
  return 0;
}

void fuzz_print_counts(void) { (void)printf("%lu frames and %lu texts\n", frames, texts); }
