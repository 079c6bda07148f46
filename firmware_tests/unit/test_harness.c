// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The requests of the protocol, one by one.
#include "harness_client.h"

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

int main(void) {
  test_identity();
  test_order();
  test_damage_and_noise();
  test_dialects();
  test_reply_that_is_full();
  test_refusals();
  test_infer();
  test_layers();
  test_profile();
  return check_report();
}
