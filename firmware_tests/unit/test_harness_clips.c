// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Clips and uploads: rows, windows, and the outputs that go with them.
#include "harness_client.h"

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

// Windows that one PUSH completes have the scores that they have one by one, and the last one's
// output stays.
static void test_windows_of_one_push(void) {
  enum { WINDOWS = 11, ROW = 4, ROWS = WINDOWS + 2, ENTRY = 16 };
  uint8_t bytes[ROW * ROWS];
  float scores[WINDOWS];
  uint8_t output[3 * ROW];
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = (uint8_t)(110u + 3u * i * i % 29u);  // some outputs wrap: no two windows score alike
  }
  start();
  for (uint32_t row = 0; row < ROWS; ++row) {
    push(MCUGEN_SOURCE_INT8, 0, bytes + ROW * row, ROW);
    CHECK_EQUAL(windows(), row >= 2);
    if (row >= 2) {
      scores[row - 2] = mcugen_get_f32(reply.payload + ENTRY + 4 + 4);
    }
    CHECK(row < 3 || scores[row - 2] != scores[row - 3]);
  }
  read_what(1, 0, sizeof(output));
  memcpy(output, reply.payload, sizeof(output));
  for (uint32_t count = 1; count <= WINDOWS; ++count) {
    ask(MCUGEN_RESET, NULL, 0);
    push(MCUGEN_SOURCE_INT8, 0, bytes, ROW * (count + 2));
    CHECK_EQUAL(windows(), count);
    const uint8_t *entry = reply.payload + ENTRY + 4 * rows();
    for (uint32_t i = 0; i < count; ++i, entry += ENTRY) {
      CHECK_EQUAL(mcugen_get_u32(entry), i);
      CHECK_EQUAL(mcugen_get_f32(entry + 4), scores[i]);
    }
  }
  read_what(1, 0, sizeof(output));
  CHECK(memcmp(output, reply.payload, sizeof(output)) == 0);
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

int main(void) {
  test_every_split_of_a_clip();
  test_windows_of_one_push();
  test_front_end_source();
  test_an_upload_ends_where_a_clip_begins();
  test_a_clip_ends_where_an_upload_begins();
  test_outputs_are_never_of_an_older_window();
  return check_report();
}
