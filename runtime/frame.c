// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include <string.h>

#include "little_endian.h"

#define CRC_BYTES 4u
#define COBS_LONGEST_CODE 0xFFu  // 254 bytes without a zero after them

uint32_t mcugen_crc32(const uint8_t bytes[], size_t count) {
  // Half a byte at a time: 64 bytes of table instead of 1024. Entry i is the remainder of i << 28.
  static const uint32_t TABLE[16] = {
      0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
      0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
      0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
  };
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ TABLE[crc & 0xFu];
    crc = crc >> 4 ^ TABLE[crc & 0xFu];
  }
  return ~crc;
}

// Decodes in place (the result is always shorter). Returns its length, 0 when it is no encoding.
static size_t cobs_decode(uint8_t bytes[], size_t count) {
  size_t from = 0;
  size_t to = 0;
  while (from < count) {
    const size_t code = bytes[from];
    if (code == 0 || code > count - from) {
      return 0;
    }
    memmove(bytes + to, bytes + from + 1, code - 1);
    if (memchr(bytes + to, 0, code - 1) != NULL) {
      return 0;
    }
    from += code;
    to += code - 1;
    if (code != COBS_LONGEST_CODE && from < count) {
      bytes[to++] = 0;
    }
  }
  return to;
}

// `in` may lie in the same buffer as `out`, at least MCUGEN_COBS_OVERHEAD(count) bytes after it.
static size_t cobs_encode(const uint8_t in[], uint8_t out[], size_t count) {
  size_t code_at = 0;
  size_t to = 1;
  for (size_t i = 0; i < count; ++i) {
    if (to - code_at == COBS_LONGEST_CODE) {
      out[code_at] = COBS_LONGEST_CODE;
      code_at = to++;
    }
    if (in[i] == 0) {
      out[code_at] = (uint8_t)(to - code_at);
      code_at = to++;
    } else {
      out[to++] = in[i];
    }
  }
  out[code_at] = (uint8_t)(to - code_at);
  return to;
}

bool mcugen_frame_decode(uint8_t encoded[], size_t count, mcugen_frame_t *frame) {
  const size_t size = cobs_decode(encoded, count);
  if (size < MCUGEN_FRAME_BYTES(0) || encoded[0] != MCUGEN_FRAME_MAGIC) {
    return false;
  }
  const size_t checked = size - CRC_BYTES;
  if (mcugen_crc32(encoded, checked) != mcugen_get_u32(encoded + checked)) {
    return false;
  }
  frame->type = encoded[1];
  frame->sequence = mcugen_get_u16(encoded + 2);
  frame->payload = encoded + MCUGEN_FRAME_HEADER_BYTES;
  frame->payload_bytes = checked - MCUGEN_FRAME_HEADER_BYTES;
  return true;
}

size_t mcugen_frame_encode(uint8_t type, uint16_t sequence, uint8_t wire[], size_t payload_offset,
                           size_t payload_bytes) {
  uint8_t *frame = wire + payload_offset - MCUGEN_FRAME_HEADER_BYTES;
  const size_t checked = MCUGEN_FRAME_HEADER_BYTES + payload_bytes;
  frame[0] = MCUGEN_FRAME_MAGIC;
  frame[1] = type;
  mcugen_put_u16(sequence, frame + 2);
  mcugen_put_u32(mcugen_crc32(frame, checked), frame + checked);

  wire[0] = 0;
  const size_t encoded = cobs_encode(frame, wire + 1, checked + CRC_BYTES);
  wire[1 + encoded] = 0;
  return encoded + 2u;
}
