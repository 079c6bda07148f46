// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Long inferences, and what ends them.
#include "harness_client.h"

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
  test_a_long_infer_is_ended_by_the_next_request();
  test_a_long_infer_that_nobody_ends_is_answered();
  test_a_long_text_infer_is_ended_by_the_next_request();
  test_short_work_is_not_disturbed();
  return check_report();
}
