// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SHA-256, FIPS 180-4. Not for secrets: it only detects damaged data.
#ifndef MCUGEN_SHA256_H
#define MCUGEN_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} mcugen_sha256_t;

void mcugen_sha256_init(mcugen_sha256_t *hash);
void mcugen_sha256_add(mcugen_sha256_t *hash, const void *bytes, size_t count);
void mcugen_sha256_end(mcugen_sha256_t *hash, uint8_t digest[32]);

#endif
