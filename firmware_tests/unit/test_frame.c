// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "frame.h"

#define MAX_PAYLOAD 1100u  // five COBS groups
#define PAYLOAD_AT MCUGEN_PAYLOAD_OFFSET(MAX_PAYLOAD)

static uint8_t wire[MCUGEN_WIRE_BYTES(MAX_PAYLOAD)];
static uint8_t encoded[MCUGEN_ENCODED_BYTES(MAX_PAYLOAD)];

// Payload byte i of pattern p: all zero, none zero, zeros at each distance, bytes that look
// special.
static uint8_t pattern(uint32_t p, size_t i) {
  static const uint8_t SPECIAL[4] = {0xA5, 0x25, 0x00, 0xFF};
  switch (p) {
    case 0:
      return 0;
    case 1:
      return (uint8_t)(i % 255 + 1);
    case 2:
      return i % 254 == 253 ? 0 : 0x11;
    default:
      return SPECIAL[i * 7 / 3 % 4];
  }
}

static size_t encode(uint32_t p, size_t payload_bytes) {
  for (size_t i = 0; i < payload_bytes; ++i) {
    wire[PAYLOAD_AT + i] = pattern(p, i);
  }
  return mcugen_frame_encode(0x42, 0xBEEF, wire, PAYLOAD_AT, payload_bytes);
}

static void test_crc(void) {
  CHECK_EQUAL(mcugen_crc32((const uint8_t *)"123456789", 9), 0xCBF43926u);  // the check value
  CHECK_EQUAL(mcugen_crc32(NULL, 0), 0);
}

static void test_every_length_comes_back(void) {
  for (uint32_t p = 0; p < 4; ++p) {
    for (size_t payload_bytes = 0; payload_bytes <= MAX_PAYLOAD; ++payload_bytes) {
      const size_t bytes = encode(p, payload_bytes);
      CHECK(bytes <= MCUGEN_WIRE_BYTES(payload_bytes));
      CHECK_EQUAL(wire[0], 0);
      CHECK_EQUAL(wire[2], MCUGEN_FRAME_MAGIC);
      CHECK(memchr(wire + 1, 0, bytes - 1) == wire + bytes - 1);
      mcugen_frame_t frame;
      memcpy(encoded, wire + 1, bytes - 2);
      CHECK(mcugen_frame_decode(encoded, bytes - 2, &frame));
      CHECK_EQUAL(frame.type, 0x42);
      CHECK_EQUAL(frame.sequence, 0xBEEF);
      CHECK_EQUAL(frame.payload_bytes, payload_bytes);
      for (size_t i = 0; i < payload_bytes; ++i) {
        CHECK_EQUAL(frame.payload[i], pattern(p, i));
      }
    }
  }
}

static void test_damage_is_refused(void) {
  const size_t sizes[] = {0, 1, 60, 260};
  for (size_t s = 0; s < 4; ++s) {
    const size_t bytes = encode(3, sizes[s]) - 2;
    mcugen_frame_t frame;
    for (size_t bit = 0; bit < 8 * bytes; ++bit) {
      memcpy(encoded, wire + 1, bytes);
      encoded[bit / 8] = (uint8_t)(encoded[bit / 8] ^ 1u << bit % 8);
      CHECK(!mcugen_frame_decode(encoded, bytes, &frame));
    }
    for (size_t cut = 0; cut < bytes; ++cut) {
      memcpy(encoded, wire + 1, bytes);
      CHECK(!mcugen_frame_decode(encoded, cut, &frame));
    }
  }
}

int main(void) {
  test_crc();
  test_every_length_comes_back();
  test_damage_is_refused();
  return check_report();
}
