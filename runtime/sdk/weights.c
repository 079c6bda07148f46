// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include <string.h>

#include "sha256.h"

_Static_assert(sizeof(mcugen_weights_header_t) == MCUGEN_WEIGHTS_HEADER_BYTES, "as it is written");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as it is written");

static void digest_of(const mcugen_weights_header_t *header, const uint8_t data[],
                      uint8_t digest[MCUGEN_DIGEST_BYTES]) {
  mcugen_sha256_t hash;
  mcugen_sha256_init(&hash);
  mcugen_sha256_add(&hash, header, offsetof(mcugen_weights_header_t, digest));
  mcugen_sha256_add(&hash, data, header->data_bytes);
  mcugen_sha256_end(&hash, digest);
}

static bool is_signed(const mcugen_weights_header_t *header) {
  uint8_t any = 0;
  for (size_t i = 0; i < sizeof header->signature; ++i) {
    any |= header->signature[i];
  }
  return any != 0;
}

mcugen_result_t mcugen_weights_check_parts(const mcugen_weights_header_t *header,
                                           const uint8_t data[], size_t data_bytes,
                                           const uint8_t architecture[MCUGEN_DIGEST_BYTES],
                                           const mcugen_verify_t *verify) {
  if (header->magic != MCUGEN_WEIGHTS_MAGIC || header->data_bytes != data_bytes) {
    return MCUGEN_BAD_WEIGHTS;
  }
  uint8_t digest[MCUGEN_DIGEST_BYTES];
  digest_of(header, data, digest);
  if (memcmp(digest, header->digest, sizeof digest) != 0) {
    return MCUGEN_BAD_WEIGHTS;
  }
  if (verify != NULL &&
      !(is_signed(header) && verify->is_right(verify->context, digest, header->signature))) {
    return MCUGEN_BAD_WEIGHTS;
  }
  const bool fits = memcmp(header->architecture, architecture, sizeof header->architecture) == 0;
  return fits ? MCUGEN_OK : MCUGEN_OTHER_MODEL;
}

mcugen_result_t mcugen_weights_check(const void *weights, size_t bytes,
                                     const uint8_t architecture[MCUGEN_DIGEST_BYTES],
                                     const mcugen_verify_t *verify) {
  if (weights == NULL || (uintptr_t)weights % 16 != 0) {
    return MCUGEN_BAD_ARGUMENT;
  }
  if (bytes < MCUGEN_WEIGHTS_HEADER_BYTES) {
    return MCUGEN_BAD_WEIGHTS;
  }
  const uint8_t *const data = (const uint8_t *)weights + MCUGEN_WEIGHTS_HEADER_BYTES;
  return mcugen_weights_check_parts(weights, data, bytes - MCUGEN_WEIGHTS_HEADER_BYTES,
                                    architecture, verify);
}

void mcugen_weights_use(const void *weights, mcugen_instance_t *instance) {
  const mcugen_weights_header_t *const header = weights;
  instance->weights = (const uint8_t *)weights + MCUGEN_WEIGHTS_HEADER_BYTES;
  instance->input.scale = header->input_scale;
  instance->input.zero_point = header->input_zero_point;
  instance->output.scale = header->output_scale;
  instance->output.zero_point = header->output_zero_point;
}

mcugen_expected_t mcugen_weights_expected(const mcugen_instance_t *instance) {
  mcugen_weights_header_t header;
  memcpy(&header, instance->weights - MCUGEN_WEIGHTS_HEADER_BYTES, sizeof header);
  return (mcugen_expected_t){header.fused, header.unfused};
}
