// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A host that talks to the harness around the fake model: 3 rows of 4 values, output = input +
// index, scale 1/4, zero -3.
#ifndef MCUGEN_HARNESS_CLIENT_H
#define MCUGEN_HARNESS_CLIENT_H

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

static inline void take(const void *bytes, size_t count) {
  mcugen_harness_take(&harness, bytes, count);
}

static inline void make_request(uint8_t type, const void *payload, size_t count) {
  if (count > 0) {
    memcpy(request + PAYLOAD_AT, payload, count);
  }
  request_bytes = mcugen_frame_encode(type, sequence, request, PAYLOAD_AT, count);
}

// Decodes the one frame the device has written, in place.
static inline void read_reply(void) {
  CHECK(fake_port_written_bytes > 2);
  CHECK_EQUAL(fake_port_written[0], 0);
  CHECK_EQUAL(fake_port_written[fake_port_written_bytes - 1], 0);
  CHECK(mcugen_frame_decode(fake_port_written + 1, fake_port_written_bytes - 2, &reply));
}

static inline void send(uint8_t type, const void *payload, size_t count) {
  ++sequence;
  make_request(type, payload, count);
  fake_port_clear();
  take(request, request_bytes);
  read_reply();
  CHECK_EQUAL(reply.sequence, sequence);
}

static inline void ask(uint8_t type, const void *payload, size_t count) {
  send(type, payload, count);
  CHECK_EQUAL(reply.type, type | MCUGEN_FRAME_REPLY);
}

static inline void ask_refused(uint8_t type, const void *payload, size_t count,
                               mcugen_status_t status) {
  send(type, payload, count);
  CHECK_EQUAL(reply.type, MCUGEN_FRAME_ERROR);
  CHECK_EQUAL((int8_t)reply.payload[0], status);
  CHECK_EQUAL(reply.payload_bytes, 1 + strlen(mcugen_status_text(status)));
}

static inline void start(void) {
  mcugen_harness_init(&harness);
  sequence = FIRST_SEQUENCE;
  ask(MCUGEN_HELLO, "\1\2\3\4", 4);
}

static inline void push(uint8_t source, uint8_t flags, const void *data, size_t count) {
  uint8_t payload[MCUGEN_MAX_PAYLOAD] = {source, flags};
  memcpy(payload + 2, data, count);
  ask(MCUGEN_PUSH, payload, count + 2);
}

static inline uint32_t rows(void) { return mcugen_get_u16(reply.payload); }
static inline uint32_t windows(void) { return mcugen_get_u16(reply.payload + 2); }
static inline uint32_t taken(void) { return mcugen_get_u16(reply.payload + 4); }
static inline uint32_t ended(void) { return mcugen_get_u16(reply.payload + 6); }
static inline const uint8_t *window_entry(uint32_t index) {
  return reply.payload + 16 + 4 * rows() + 16 * index;
}

// Float features 0, 0.25, 0.5 ...: quantised -3, -2, -1 ...
static inline void make_floats(uint8_t bytes[], uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    mcugen_put_f32((float)(first + i) / 4.0f, bytes + 4 * i);
  }
}

static inline void read_what(uint8_t what, uint32_t offset, uint16_t count) {
  uint8_t payload[8] = {what, 0};
  mcugen_put_u32(offset, payload + 2);
  mcugen_put_u16(count, payload + 6);
  ask(MCUGEN_READ, payload, sizeof(payload));
}

static inline void tell(const char text[]) { take(text, strlen(text)); }

static inline bool told(const char expected[]) {
  return fake_port_written_bytes == strlen(expected) &&
         memcmp(fake_port_written, expected, fake_port_written_bytes) == 0;
}

#endif
