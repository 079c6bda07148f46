// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Frames of docs/PROTOCOL.md, section 2: COBS and CRC-32, in place, no state.
#ifndef MCUGEN_FRAME_H
#define MCUGEN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MCUGEN_FRAME_MAGIC 0xA5u
#define MCUGEN_FRAME_REPLY 0x80u
#define MCUGEN_FRAME_ERROR 0xFFu

#define MCUGEN_FRAME_HEADER_BYTES 4u
#define MCUGEN_FRAME_BYTES(payload_bytes) (MCUGEN_FRAME_HEADER_BYTES + (payload_bytes) + 4u)
// COBS adds one byte, and one more for every 254.
#define MCUGEN_COBS_OVERHEAD(bytes) (1u + (bytes) / 254u)
// Largest encoding of a frame without the zeros around it.
#define MCUGEN_ENCODED_BYTES(payload_bytes) \
  (MCUGEN_FRAME_BYTES(payload_bytes) + MCUGEN_COBS_OVERHEAD(MCUGEN_FRAME_BYTES(payload_bytes)))
// A buffer in which a frame is encoded in place: its payload starts at this offset, because the
// encoding, written from the front, must not overtake what it reads.
#define MCUGEN_PAYLOAD_OFFSET(max_payload) \
  (1u + MCUGEN_COBS_OVERHEAD(MCUGEN_FRAME_BYTES(max_payload)) + MCUGEN_FRAME_HEADER_BYTES)
#define MCUGEN_WIRE_BYTES(max_payload) (MCUGEN_ENCODED_BYTES(max_payload) + 2u)

typedef struct {
  uint8_t type;
  uint16_t sequence;
  const uint8_t *payload;  // in the buffer that was decoded
  size_t payload_bytes;
} mcugen_frame_t;

// zlib's CRC-32.
uint32_t mcugen_crc32(const uint8_t bytes[], size_t count);

// Decodes in place the `count` bytes between two zeros. False, with the buffer spoilt and *frame
// untouched, when COBS, magic, length or CRC is wrong.
bool mcugen_frame_decode(uint8_t encoded[], size_t count, mcugen_frame_t *frame);

// Puts header and CRC around the `payload_bytes` bytes at wire[payload_offset] and encodes the
// frame to the front of `wire`, which is MCUGEN_WIRE_BYTES long. Returns the bytes to send, zeros
// included.
size_t mcugen_frame_encode(uint8_t type, uint16_t sequence, uint8_t wire[], size_t payload_offset,
                           size_t payload_bytes);

#endif
