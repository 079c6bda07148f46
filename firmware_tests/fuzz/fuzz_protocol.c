// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Any bytes into the harness: raw ones, requests with a right CRC around a wild payload, and text
// commands with wild arguments.
// The signature is libFuzzer's; replay.c drives it where there is no libFuzzer.
#include <stdint.h>
#include <string.h>

#include "fake_port.h"
#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mcugen_harness_t harness;

static void take_request(uint8_t type, const uint8_t *payload, size_t count) {
  uint8_t wire[MCUGEN_WIRE_BYTES(MCUGEN_MAX_PAYLOAD)];
  const size_t payload_at = MCUGEN_PAYLOAD_OFFSET(MCUGEN_MAX_PAYLOAD);
  memcpy(wire + payload_at, payload, count);
  const uint16_t sequence = (uint16_t)(harness.sequence + 1u);
  mcugen_harness_take(&harness, wire, mcugen_frame_encode(type, sequence, wire, payload_at, count));
}

// The beginning of a command, and bytes made printable after it. Counts of infer are given, because
// large ones take as long as they say.
static void take_command(uint8_t which, const uint8_t *rest, size_t count) {
  static const char *const COMMANDS[] = {"db load ",   "db ",      "db 0a1B2c",
                                         "db load 48", "db print", "infer 2 1 ",
                                         "results",    "",         "infer 0 "};
  const char *command = COMMANDS[which % (sizeof(COMMANDS) / sizeof(COMMANDS[0]))];
  mcugen_harness_take(&harness, (const uint8_t *)command, strlen(command));
  for (size_t i = 0; i < count; i++) {
    const uint8_t printable = (uint8_t)(' ' + rest[i] % ('~' - ' ' + 1));
    mcugen_harness_take(&harness, &printable, 1);
  }
  mcugen_harness_take(&harness, (const uint8_t *)"%", 1);
}

// Byte 0 of a piece chooses its kind, byte 1 is the length of what follows.
static size_t take_piece(const uint8_t *data, size_t size) {
  const size_t count = data[1] < size - 2 ? data[1] : size - 2;
  const uint8_t *content = data + 2;
  if (data[0] % 3 == 1 && count > 0) {
    take_request(content[0] % 10, content + 1, count - 1);
  } else if (data[0] % 3 == 2 && count > 0) {
    take_command(content[0], content + 1, count - 1);
  } else {
    mcugen_harness_take(&harness, content, count);
  }
  return 2 + count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mcugen_harness_init(&harness);
  harness.in_session = true;
  fake_port_clear();
  while (size > 2) {
    const size_t used = take_piece(data, size);
    data += used;
    size -= used;
  }
  return 0;
}
