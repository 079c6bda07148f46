// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Little-endian values in byte buffers of any alignment, on a machine of any byte order.
#ifndef MCUGEN_LITTLE_ENDIAN_H
#define MCUGEN_LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

static inline uint16_t mcugen_get_u16(const uint8_t bytes[2]) {
  return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t mcugen_get_u32(const uint8_t bytes[4]) {
  return mcugen_get_u16(bytes) | (uint32_t)mcugen_get_u16(bytes + 2) << 16;
}

static inline float mcugen_get_f32(const uint8_t bytes[4]) {
  const uint32_t bits = mcugen_get_u32(bytes);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline void mcugen_put_u16(uint16_t value, uint8_t bytes[2]) {
  bytes[0] = (uint8_t)value;
  bytes[1] = (uint8_t)(value >> 8);
}

static inline void mcugen_put_u32(uint32_t value, uint8_t bytes[4]) {
  mcugen_put_u16((uint16_t)value, bytes);
  mcugen_put_u16((uint16_t)(value >> 16), bytes + 2);
}

// Ticks in 32 bits; 2^32-1 stands for all that are more.
static inline void mcugen_put_ticks(uint64_t ticks, uint8_t bytes[4]) {
  mcugen_put_u32(ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks, bytes);
}

static inline void mcugen_put_u64(uint64_t value, uint8_t bytes[8]) {
  mcugen_put_u32((uint32_t)value, bytes);
  mcugen_put_u32((uint32_t)(value >> 32), bytes + 4);
}

static inline void mcugen_put_f32(float value, uint8_t bytes[4]) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  mcugen_put_u32(bits, bytes);
}

#endif
