// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The harness around the fake model: 3 rows of 4 values, output = input + index, scale 1/4, zero
// -3.
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "fake_port.h"
#include "harness.h"
#include "little_endian.h"

#define PAYLOAD_AT MCUGEN_PAYLOAD_OFFSET(MCUGEN_MAX_PAYLOAD)
#define FIRST_SEQUENCE 0xFFFEu  // so that every test passes the wrap
#define FLOAT_ROW 16u

static mcugen_harness_t harness;
static uint16_t sequence;
static uint8_t request[MCUGEN_WIRE_BYTES(MCUGEN_MAX_PAYLOAD)];
static size_t request_bytes;
static mcugen_frame_t reply;

static void take(const void *bytes, size_t count) { mcugen_harness_take(&harness, bytes, count); }

static void make_request(uint8_t type, const void *payload, size_t count) {
  if (count > 0) {
    memcpy(request + PAYLOAD_AT, payload, count);
  }
  request_bytes = mcugen_frame_encode(type, sequence, request, PAYLOAD_AT, count);
}

// Decodes the one frame the device has written, in place.
static void read_reply(void) {
  CHECK(fake_port_written_bytes > 2);
  CHECK_EQUAL(fake_port_written[0], 0);
  CHECK_EQUAL(fake_port_written[fake_port_written_bytes - 1], 0);
  CHECK(mcugen_frame_decode(fake_port_written + 1, fake_port_written_bytes - 2, &reply));
}

static void send(uint8_t type, const void *payload, size_t count) {
  ++sequence;
  make_request(type, payload, count);
  fake_port_clear();
  take(request, request_bytes);
  read_reply();
  CHECK_EQUAL(reply.sequence, sequence);
}

static void ask(uint8_t type, const void *payload, size_t count) {
  send(type, payload, count);
  CHECK_EQUAL(reply.type, type | MCUGEN_FRAME_REPLY);
}

static void ask_refused(uint8_t type, const void *payload, size_t count, mcugen_status_t status) {
  send(type, payload, count);
  CHECK_EQUAL(reply.type, MCUGEN_FRAME_ERROR);
  CHECK_EQUAL((int8_t)reply.payload[0], status);
  CHECK_EQUAL(reply.payload_bytes, 1 + strlen(mcugen_status_text(status)));
}

static void start(void) {
  mcugen_harness_init(&harness);
  sequence = FIRST_SEQUENCE;
  ask(MCUGEN_HELLO, "\1\2\3\4", 4);
}

static void push(uint8_t source, uint8_t flags, const void *data, size_t count) {
  uint8_t payload[MCUGEN_MAX_PAYLOAD] = {source, flags};
  memcpy(payload + 2, data, count);
  ask(MCUGEN_PUSH, payload, count + 2);
}

static uint32_t rows(void) { return mcugen_get_u16(reply.payload); }
static uint32_t windows(void) { return mcugen_get_u16(reply.payload + 2); }
static uint32_t taken(void) { return mcugen_get_u16(reply.payload + 4); }
static uint32_t ended(void) { return mcugen_get_u16(reply.payload + 6); }
static const uint8_t *window_entry(uint32_t index) {
  return reply.payload + 16 + 4 * rows() + 16 * index;
}

// Float features 0, 0.25, 0.5 ...: quantised -3, -2, -1 ...
static void make_floats(uint8_t bytes[], uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    mcugen_put_f32((float)(first + i) / 4.0f, bytes + 4 * i);
  }
}

static void read_what(uint8_t what, uint32_t offset, uint16_t count) {
  uint8_t payload[8] = {what, 0};
  mcugen_put_u32(offset, payload + 2);
  mcugen_put_u16(count, payload + 6);
  ask(MCUGEN_READ, payload, sizeof(payload));
}

static void test_identity(void) {
  start();
  CHECK_EQUAL(mcugen_get_u16(reply.payload), 1);
  CHECK_EQUAL(mcugen_get_u16(reply.payload + 2), MCUGEN_MAX_PAYLOAD);
  CHECK_EQUAL(mcugen_get_u32(reply.payload + 12), MCUGEN_INPUT_BYTES);
  CHECK(memcmp(reply.payload + 20, "model=fake\n", 11) == 0);
}

static void test_order(void) {
  mcugen_harness_init(&harness);
  sequence = 5;
  ask_refused(MCUGEN_STATS, NULL, 0, MCUGEN_STATUS_OUT_OF_ORDER);  // no session yet
  start();
  ask(MCUGEN_STATS, NULL, 0);
  const uint32_t executed = harness.device.inferences;

  uint8_t floats[3 * FLOAT_ROW];
  make_floats(floats, 0, 12);
  push(MCUGEN_SOURCE_FEATURES, 0, floats, sizeof(floats));
  CHECK_EQUAL(windows(), 1);
  uint8_t first_reply[FAKE_PORT_BYTES];
  const size_t first_bytes = harness.reply_bytes;
  memcpy(first_reply, harness.reply, first_bytes);

  // An older request that strays in is refused, and the stored reply survives it.
  uint8_t again[sizeof(request)];
  const size_t again_bytes = request_bytes;
  memcpy(again, request, again_bytes);
  const uint16_t newest = sequence;
  sequence = (uint16_t)(newest - 1);
  make_request(MCUGEN_RESET, NULL, 0);
  fake_port_clear();
  take(request, request_bytes);
  read_reply();
  CHECK_EQUAL((int8_t)reply.payload[0], MCUGEN_STATUS_OUT_OF_ORDER);
  sequence = newest;

  fake_port_clear();
  take(again, again_bytes);
  CHECK_EQUAL(fake_port_written_bytes, first_bytes);
  CHECK(memcmp(fake_port_written, first_reply, first_bytes) == 0);
  CHECK_EQUAL(harness.device.inferences, executed + 1);
  CHECK_EQUAL(harness.device.replies_repeated, 1);

  ask(MCUGEN_HELLO, "\1\2\3\4", 4);  // same session: the window stays
  read_what(1, 0, 12);
  sequence = 100;
  ask(MCUGEN_HELLO, "\1\2\3\5", 4);  // another session: the window is forgotten
  ask_refused(MCUGEN_INFER, "\0\0\1\0", 4, MCUGEN_STATUS_NOT_READY);
}

static void test_damage_and_noise(void) {
  start();
  ++sequence;
  make_request(MCUGEN_STATS, NULL, 0);
  uint8_t damaged[sizeof(request)];
  for (size_t at = 1; at < request_bytes - 1; ++at) {
    for (uint32_t bit = 0; bit < 8; ++bit) {
      memcpy(damaged, request, request_bytes);
      damaged[at] = (uint8_t)(damaged[at] ^ 1u << bit);
      fake_port_clear();
      take(damaged, request_bytes);
      if (damaged[at] != 0x25 && damaged[2] == MCUGEN_FRAME_MAGIC) {
        CHECK_EQUAL(fake_port_written_bytes, 0);
      }
    }
  }
  for (size_t split = 1; split < request_bytes; ++split) {
    fake_port_clear();
    take("\xA5\xA5 noise", 8);
    take(request, split);
    CHECK_EQUAL(fake_port_written_bytes, 0);
    take(request + split, request_bytes - split);
    read_reply();
    CHECK_EQUAL(reply.type, MCUGEN_STATS | MCUGEN_FRAME_REPLY);
    CHECK_EQUAL(reply.sequence, sequence);
  }
  for (uint32_t i = 0; i < 3 * MCUGEN_MAX_PAYLOAD; ++i) {
    take("x", 1);
  }
  const uint32_t before = harness.device.frames_damaged;
  ask(MCUGEN_STATS, NULL, 0);  // its leading zero ends the overlong noise
  CHECK_EQUAL(harness.device.frames_damaged, before + 1);
}

static void test_dialects(void) {
  start();
  // A payload full of '%' stays a frame.
  uint8_t percent[34];
  memset(percent, '%', sizeof(percent));
  percent[0] = MCUGEN_SOURCE_INT8;
  percent[1] = 0;
  ask(MCUGEN_PUSH, percent, sizeof(percent));
  CHECK_EQUAL(rows(), 8);

  fake_port_clear();
  take("name%", 5);
  CHECK_EQUAL(fake_port_written_bytes, 30);
  CHECK(memcmp(fake_port_written, "m-name-dut-[mcugen]\r\nm-ready\r\n", 30) == 0);
  fake_port_clear();
  take("%", 1);  // may be the first byte of a frame whose COBS code is 0x25: no command yet
  CHECK_EQUAL(fake_port_written_bytes, 0);
  take("%name%", 6);  // the byte after a lone % tells that it was none
  CHECK_EQUAL(fake_port_written_bytes, 30);
  fake_port_clear();
  take("na\x01me%", 6);
  CHECK_EQUAL(fake_port_written_bytes, 0);
  ask(MCUGEN_STATS, NULL, 0);
}

// Any cut of a clip of float features gives the same windows and scores.
static void test_every_split_of_a_clip(void) {
  uint8_t floats[5 * FLOAT_ROW];
  make_floats(floats, 0, 20);
  for (size_t split = 0; split <= sizeof(floats); ++split) {
    start();
    push(MCUGEN_SOURCE_FEATURES, 0, floats, split);
    CHECK_EQUAL(taken(), split);
    CHECK_EQUAL(ended(), 0);
    const uint32_t before = windows();
    push(MCUGEN_SOURCE_FEATURES, 1, floats + split, sizeof(floats) - split);
    CHECK_EQUAL(ended(), 1);
    CHECK_EQUAL(before + windows(), 3);
    CHECK_EQUAL(mcugen_get_u32(reply.payload + 12), 3);
    // Error of value i is i * scale: the mean of (i / 4)^2 over 12 values.
    const float score = mcugen_get_f32(reply.payload + 8);
    CHECK(score > 2.6354f && score < 2.6355f);

    read_what(0, 0, 12);
    CHECK_EQUAL(reply.payload_bytes, 12);
    for (int i = 0; i < 12; ++i) {
      CHECK_EQUAL((int8_t)reply.payload[i], 8 + i - 3);
    }
    read_what(1, 4, 500);
    CHECK_EQUAL(reply.payload_bytes, 8);
    CHECK_EQUAL((int8_t)reply.payload[0], 8 + 4 - 3 + 4);
    read_what(2, 8, 4);
    CHECK_EQUAL(mcugen_get_f32(reply.payload) * 4.0f, 10);
    read_what(0, 0xFFFFFFFFu, 12);
    CHECK_EQUAL(reply.payload_bytes, 0);
  }
}

// 40 rows do not fit one reply of 512 bytes: the device stops and the host goes on.
static void test_reply_that_is_full(void) {
  start();
  uint8_t bytes[40 * 4];
  memset(bytes, 5, sizeof(bytes));
  push(MCUGEN_SOURCE_INT8, 1, bytes, sizeof(bytes));
  CHECK_EQUAL(rows(), 24);
  CHECK_EQUAL(taken(), 24 * 4);
  CHECK_EQUAL(ended(), 0);
  push(MCUGEN_SOURCE_INT8, 1, bytes, sizeof(bytes) - taken());
  CHECK_EQUAL(rows(), 16);
  CHECK_EQUAL(windows(), 16);
  CHECK_EQUAL(ended(), 1);
  CHECK_EQUAL(mcugen_get_u32(window_entry(15)), 37);
  CHECK_EQUAL(mcugen_get_u32(reply.payload + 12), 38);
  CHECK_EQUAL(mcugen_get_u32(window_entry(0) + 8), 5);  // ticks of one inference
}

// 12 samples make 3 rows; row 0 is outside the frame range; padding adds one row.
static void test_front_end_source(void) {
  uint8_t samples[24];
  for (uint32_t i = 0; i < 12; ++i) {
    mcugen_put_u16((uint16_t)(8 * i), samples + 2 * i);
  }
  for (size_t split = 0; split <= sizeof(samples); ++split) {
    start();
    push(MCUGEN_SOURCE_FRONT_END, 0, samples, split);
    const uint32_t before = rows();
    CHECK_EQUAL(windows(), 0);
    push(MCUGEN_SOURCE_FRONT_END, 1, samples + split, sizeof(samples) - split);
    CHECK_EQUAL(before + rows(), 4);
    CHECK_EQUAL(windows(), 1);
    CHECK(mcugen_get_u32(reply.payload + 16) > 0);
    CHECK_EQUAL(ended(), 1);
    read_what(2, 0, 48);
    CHECK_EQUAL(mcugen_get_f32(reply.payload), 4);
    CHECK_EQUAL(mcugen_get_f32(reply.payload + 28), 11);
    CHECK_EQUAL(mcugen_get_f32(reply.payload + 32), 0);
  }
}

static void test_refusals(void) {
  start();
  ask_refused(0x00, NULL, 0, MCUGEN_STATUS_BAD_COMMAND);
  ask_refused(0x7E, NULL, 0, MCUGEN_STATUS_BAD_COMMAND);
  ask_refused(MCUGEN_HELLO, "\1", 1, MCUGEN_STATUS_BAD_LENGTH);
  ask_refused(MCUGEN_RESET, "\1", 1, MCUGEN_STATUS_BAD_LENGTH);
  ask_refused(MCUGEN_PUSH, "\1", 1, MCUGEN_STATUS_BAD_LENGTH);
  ask_refused(MCUGEN_PUSH, "\3\0", 2, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_PUSH, "\1\2", 2, MCUGEN_STATUS_BAD_ARGUMENT);
  ask(MCUGEN_PUSH, "\1\0abc", 5);
  ask_refused(MCUGEN_PUSH, "\2\0a", 3, MCUGEN_STATUS_BAD_ARGUMENT);  // another source
  ask(MCUGEN_RESET, NULL, 0);
  ask(MCUGEN_PUSH, "\2\0a", 3);
  ask_refused(MCUGEN_READ, "\0\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);
  ask_refused(MCUGEN_READ, "\1\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);
  ask_refused(MCUGEN_READ, "\1\1\0\0\0\0\1\0", 8, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_READ, "\4\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_UNSUPPORTED);  // no stages are kept
  ask_refused(MCUGEN_READ, "\5\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_READ, "\3\0\0", 3, MCUGEN_STATUS_BAD_LENGTH);
  ask_refused(MCUGEN_INFER, "\0\0\1\0", 4, MCUGEN_STATUS_NOT_READY);
  ask_refused(MCUGEN_INFER, "\0\0\0\0", 4, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_INFER, "\0\0\x41\0", 4, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_STATS, "\0", 1, MCUGEN_STATUS_BAD_LENGTH);
  ask_refused(MCUGEN_SET_BAUD, "\0\0\0\0", 4, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_SET_BAUD, "\xFF\xFF\xFF\0", 4, MCUGEN_STATUS_UNSUPPORTED);
  ask(MCUGEN_SET_BAUD, "\0\xC2\1\0", 4);
}

// INFER repeats the window although the engine overwrites its input and keeps state.
static void test_infer(void) {
  start();
  uint8_t bytes[12];
  memset(bytes, 9, sizeof(bytes));
  push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
  ask(MCUGEN_INFER, "\3\0\2\0", 4);
  CHECK_EQUAL(reply.payload_bytes, 8);
  CHECK_EQUAL(mcugen_get_u32(reply.payload), 5);
  read_what(1, 0, 12);
  CHECK_EQUAL(reply.payload[11], 9 + 11);
  ask(MCUGEN_STATS, NULL, 0);
  const uint32_t expected[7] = {321, 24, 24, 0, 0, 7, 6};
  for (int i = 0; i < 7; ++i) {
    CHECK_EQUAL(mcugen_get_u32(reply.payload + 4 * i), expected[i]);
  }
}

static void test_layers(void) {
  start();
  uint8_t bytes[12];
  memset(bytes, 9, sizeof(bytes));
  ask_refused(MCUGEN_LAYER, "\0\0\0\0", 4, MCUGEN_STATUS_NOT_READY);
  push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
  ask_refused(MCUGEN_READ, "\3\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);
  ask_refused(MCUGEN_LAYER, "\2\0\0\0", 4, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_LAYER, "\1", 1, MCUGEN_STATUS_BAD_LENGTH);
  ask(MCUGEN_LAYER, "\0\0\0\0", 4);
  read_what(3, 0, 12);
  CHECK_EQUAL(reply.payload[11], 9);
  ask_refused(MCUGEN_READ, "\3\1\0\0\0\0\1\0", 8, MCUGEN_STATUS_BAD_ARGUMENT);
  ask_refused(MCUGEN_READ, "\1\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);  // not an inference
  ask(MCUGEN_LAYER, "\1\0\0\0", 4);
  read_what(3, 11, 1);
  CHECK_EQUAL(reply.payload[0], 9 + 11);
  ask(MCUGEN_INFER, "\0\0\1\0", 4);
  ask_refused(MCUGEN_READ, "\3\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);
}

// Of 100 intervals 63 fit one reply of 512 bytes; a mark of the fake port takes 5 ticks.
static void test_profile(void) {
  start();
  uint8_t bytes[12];
  memset(bytes, 9, sizeof(bytes));
  ask_refused(MCUGEN_PROFILE, "\0\0\0\0", 4, MCUGEN_STATUS_NOT_READY);
  push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
  ask_refused(MCUGEN_PROFILE, "\0", 1, MCUGEN_STATUS_BAD_LENGTH);
  static const char *const FIRST[] = {"\0\0\0\0", "\x3F\0\0\0", "\x64\0\0\0", "\xFF\xFF\xFF\xFF"};
  static const uint32_t GIVEN[] = {63, 37, 0, 0};
  for (uint32_t page = 0; page < 4; ++page) {
    ask(MCUGEN_PROFILE, FIRST[page], 4);
    CHECK_EQUAL(reply.payload_bytes, 8 + 8 * GIVEN[page]);
    CHECK_EQUAL(mcugen_get_u32(reply.payload), 100);
    CHECK_EQUAL(mcugen_get_u32(reply.payload + 4), 16 * 5);
    for (uint32_t i = 0; i < GIVEN[page]; ++i) {
      CHECK_EQUAL(mcugen_get_u32(reply.payload + 8 + 8 * i), 63 * page + i);
      CHECK_EQUAL(mcugen_get_u32(reply.payload + 12 + 8 * i), 5);
    }
  }
  ask_refused(MCUGEN_READ, "\1\0\0\0\0\0\1\0", 8, MCUGEN_STATUS_NOT_READY);
}

static void tell(const char text[]) { take(text, strlen(text)); }

static bool told(const char expected[]) {
  return fake_port_written_bytes == strlen(expected) &&
         memcmp(fake_port_written, expected, fake_port_written_bytes) == 0;
}

// An upload that a clip has replaced is not continued in the middle of the clip's rows.
static void test_an_upload_ends_where_a_clip_begins(void) {
  uint8_t samples[12] = {0};
  uint8_t floats[2 * FLOAT_ROW];
  make_floats(floats, 0, 8);
  for (size_t loaded = 0; loaded <= 48; ++loaded) {
    start();
    tell("db load 48%");
    for (size_t i = 0; i < loaded; ++i) {
      tell("db 11%");
    }
    const mcugen_window_t *window = &harness.device.window;
    push(MCUGEN_SOURCE_FRONT_END, 0, samples, sizeof(samples));
    CHECK_EQUAL(rows(), 1);
    tell("db AABBCC42AABBCC42AABBCC42%");
    CHECK_EQUAL(window->row_bytes + window->cut_bytes, 0);
    fake_port_clear();
    tell("db print%");
    CHECK(told("m-ready\r\n"));
    ask(MCUGEN_RESET, NULL, 0);
    push(MCUGEN_SOURCE_FEATURES, 0, floats, sizeof(floats) - 3);
    tell("db 22%");
    CHECK_EQUAL(window->row_bytes, 3);
    CHECK_EQUAL(window->cut_bytes, 1);
  }
}

static void test_a_clip_ends_where_an_upload_begins(void) {
  uint8_t floats[3 * FLOAT_ROW];
  make_floats(floats, 0, 12);
  start();
  push(MCUGEN_SOURCE_FEATURES, 0, floats, sizeof(floats) - 1);
  tell("db load 48%db 0000803F%");
  push(MCUGEN_SOURCE_FEATURES, 0, floats + sizeof(floats) - 1, 1);
  CHECK_EQUAL(rows(), 0);
  CHECK_EQUAL(harness.device.window.cut_bytes, 1);
  ask(MCUGEN_RESET, NULL, 0);
  fake_port_clear();
  tell("db 0000803F%");  // RESET has forgotten the upload
  CHECK(told("m-ready\r\n"));
  CHECK_EQUAL(harness.device.window.row_bytes, 0);
}

// Outputs are those of the window that READ INPUT gives, or of the last window of a clip that
// ended.
static void test_outputs_are_never_of_an_older_window(void) {
  static const char READ_INPUT[] = "\0\0\0\0\0\0\1\0";
  static const char READ_OUTPUT[] = "\1\0\0\0\0\0\1\0";
  static const char READ_LAYER[] = "\3\0\0\0\0\0\1\0";
  uint8_t bytes[13] = {0};
  start();
  push(MCUGEN_SOURCE_INT8, 0, bytes, 12);
  ask(MCUGEN_READ, READ_OUTPUT, 8);
  push(MCUGEN_SOURCE_INT8, 0, bytes, 0);
  ask(MCUGEN_READ, READ_OUTPUT, 8);
  ask(MCUGEN_LAYER, "\0\0\0\0", 4);
  push(MCUGEN_SOURCE_INT8, 0, bytes, 1);
  ask_refused(MCUGEN_READ, READ_LAYER, 8, MCUGEN_STATUS_NOT_READY);
  ask(MCUGEN_RESET, NULL, 0);

  push(MCUGEN_SOURCE_INT8, 0, bytes, 13);
  CHECK_EQUAL(windows(), 1);
  ask_refused(MCUGEN_READ, READ_OUTPUT, 8, MCUGEN_STATUS_NOT_READY);
  fake_port_clear();
  tell("results%");
  CHECK(told("e-[No inference has run]\r\nm-ready\r\n"));
  push(MCUGEN_SOURCE_INT8, 1, bytes, 0);
  ask(MCUGEN_READ, READ_OUTPUT, 8);
  ask_refused(MCUGEN_READ, READ_INPUT, 8, MCUGEN_STATUS_NOT_READY);
  push(MCUGEN_SOURCE_INT8, 0, bytes, 0);
  ask_refused(MCUGEN_READ, READ_OUTPUT, 8, MCUGEN_STATUS_NOT_READY);
}

// Begins an INFER of the longest warm-up, during which bytes come in after 2 s.
static void begin_long_infer(void) {
  uint8_t bytes[12] = {0};
  start();
  push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
  ++sequence;
  make_request(MCUGEN_INFER, "\xFF\xFF\x40\0", 4);
  fake_port_ticks_per_look = 1000;
  fake_port_has_bytes = true;
  fake_port_clear();
  take(request, request_bytes);
  CHECK_EQUAL(fake_port_written_bytes, 0);
  // An inference looks at the clock twice, the question whether to go on once.
  CHECK_EQUAL(harness.device.work.done, 2000u / 3u + 1u);
}

static void end_long_infer(void) {
  fake_port_has_bytes = false;
  fake_port_ticks_per_look = 5;
}

static void test_a_long_infer_is_ended_by_the_next_request(void) {
  begin_long_infer();
  const uint32_t done = harness.device.inferences;
  ask(MCUGEN_STATS, NULL, 0);
  CHECK_EQUAL(mcugen_get_u32(reply.payload + 24), done);
  end_long_infer();

  begin_long_infer();
  sequence = 7;
  ask(MCUGEN_HELLO, "\1\2\3\5", 4);
  end_long_infer();

  begin_long_infer();
  take(request, request_bytes);  // a repeat ends nothing
  CHECK_EQUAL(fake_port_written_bytes, 0);
  tell("name%");
  CHECK(told("m-name-dut-[mcugen]\r\nm-ready\r\n"));
  make_request(MCUGEN_INFER, "\xFF\xFF\x40\0", 4);
  fake_port_clear();
  take(request, request_bytes);  // and finds out afterwards what became of it
  read_reply();
  CHECK_EQUAL(reply.type, MCUGEN_FRAME_ERROR);
  CHECK_EQUAL((int8_t)reply.payload[0], MCUGEN_STATUS_ABORTED);
  end_long_infer();
}

static void test_a_long_infer_that_nobody_ends_is_answered(void) {
  begin_long_infer();
  fake_port_has_bytes = false;
  take("\0", 1);
  read_reply();
  CHECK_EQUAL(reply.type, MCUGEN_INFER | MCUGEN_FRAME_REPLY);
  CHECK_EQUAL(reply.payload_bytes, 4 * 64);
  CHECK_EQUAL(mcugen_get_u32(reply.payload + 4 * 63), 1000);
  end_long_infer();
}

static void test_a_long_text_infer_is_ended_by_the_next_request(void) {
  uint8_t bytes[12] = {0};
  for (int round = 0; round < 2; ++round) {
    start();
    push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
    fake_port_ticks_per_look = 1000;
    fake_port_has_bytes = true;
    tell("infer 1000000000 1000000000%");
    CHECK_EQUAL(harness.device.work.owner, MCUGEN_WORK_TEXT);
    if (round == 0) {
      ask(MCUGEN_STATS, NULL, 0);
    } else {
      fake_port_clear();
      tell("name%");
      CHECK(told("m-name-dut-[mcugen]\r\nm-ready\r\n"));
    }
    CHECK_EQUAL(harness.device.work.owner, MCUGEN_WORK_NONE);
    end_long_infer();
  }
}

// Commands that are sent ahead wait for a short one.
static void test_short_work_is_not_disturbed(void) {
  uint8_t bytes[12] = {0};
  start();
  push(MCUGEN_SOURCE_INT8, 0, bytes, sizeof(bytes));
  fake_port_has_bytes = true;
  fake_port_clear();
  tell("infer 3 2%name%");
  const char end[] = "]\r\nm-ready\r\nm-name-dut-[mcugen]\r\nm-ready\r\n";
  const size_t length = sizeof(end) - 1;
  CHECK(fake_port_written_bytes > length);
  CHECK(memcmp(fake_port_written + fake_port_written_bytes - length, end, length) == 0);
  end_long_infer();
}

int main(void) {
  test_identity();
  test_order();
  test_damage_and_noise();
  test_dialects();
  test_every_split_of_a_clip();
  test_reply_that_is_full();
  test_front_end_source();
  test_refusals();
  test_infer();
  test_layers();
  test_profile();
  test_an_upload_ends_where_a_clip_begins();
  test_a_clip_ends_where_an_upload_begins();
  test_outputs_are_never_of_an_older_window();
  test_a_long_infer_is_ended_by_the_next_request();
  test_a_long_infer_that_nobody_ends_is_answered();
  test_a_long_text_infer_is_ended_by_the_next_request();
  test_short_work_is_not_disturbed();
  return check_report();
}
