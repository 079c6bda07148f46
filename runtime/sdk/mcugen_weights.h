// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Weights that can be replaced without new firmware: what `mcugen weights` writes, checked, and
// kept in two slots of a flash so that a power cut at any time leaves good ones.
#ifndef MCUGEN_WEIGHTS_H
#define MCUGEN_WEIGHTS_H

#include "mcugen.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MCUGEN_WEIGHTS_HEADER_BYTES 256u
#define MCUGEN_DIGEST_BYTES 32u
#define MCUGEN_SIGNATURE_BYTES 64u

// Little endian. Behind it come data_bytes bytes of data.
typedef struct {
  uint32_t magic;       // MCUGEN_WEIGHTS_MAGIC
  uint32_t version;     // of the user: a store takes newer ones only
  uint32_t data_bytes;  // a multiple of 16
  uint32_t fused;       // what self_test expects where floats are multiplied and added in one
  uint32_t unfused;     // rounding, and elsewhere
  float input_scale;    // of input 0
  int32_t input_zero_point;
  float output_scale;  // of output 0
  int32_t output_zero_point;
  uint8_t architecture[MCUGEN_DIGEST_BYTES];  // of the code that they fit
  uint8_t model_sha256[MCUGEN_DIGEST_BYTES];  // of the .tflite that they come from
  uint8_t reserved[60];                       // 0
  uint8_t digest[MCUGEN_DIGEST_BYTES];        // SHA-256 of all before it and of the data
  uint8_t signature[MCUGEN_SIGNATURE_BYTES];  // Ed25519 of the digest; 0 when not signed
} mcugen_weights_header_t;

#define MCUGEN_WEIGHTS_MAGIC 0x5775636Du  // "mcuW"

// Whether a signature is right: a call of the user's own crypto library, with the public key that
// `context` leads to.
typedef struct {
  bool (*is_right)(void *context, const uint8_t digest[MCUGEN_DIGEST_BYTES],
                   const uint8_t signature[MCUGEN_SIGNATURE_BYTES]);
  void *context;
} mcugen_verify_t;

// OK: `bytes` bytes at `weights`, aligned to 16, are whole, for this architecture, and signed; NULL
// for `verify`: they need not be signed.
mcugen_result_t mcugen_weights_check(const void *weights, size_t bytes,
                                     const uint8_t architecture[MCUGEN_DIGEST_BYTES],
                                     const mcugen_verify_t *verify);

// --- two slots in flash -------------------------------------------------------------------------

// A flash that can be read in place. Addresses count from `base`. Functions return whether the
// flash did it; `write` gets whole units and `erase` whole sectors, which then read as anything.
typedef struct {
  const uint8_t *base;    // aligned to 16
  uint32_t sector_bytes;  // a multiple of write_bytes
  uint32_t write_bytes;   // 1 to 256, a power of 2
  bool (*write)(void *context, uint32_t address, const void *bytes, uint32_t count);
  bool (*erase)(void *context, uint32_t address, uint32_t count);
  void *context;
} mcugen_flash_t;

// `slots` are addresses of `slot_bytes` bytes each, whole sectors. The members after `verify` are
// private.
typedef struct {
  const mcugen_flash_t *flash;
  uint32_t slots[2];
  uint32_t slot_bytes;
  const uint8_t *architecture;    // <model>_architecture
  const mcugen_verify_t *verify;  // NULL: weights need not be signed
  const uint8_t *active;          // good weights; NULL: there are none
  uint32_t active_bytes;
  uint32_t target;    // address of the slot that is being written
  uint32_t received;  // bytes so far
  uint32_t expected;  // all bytes; 0: nothing is being written
  union {
    mcugen_weights_header_t header;
    uint8_t bytes[MCUGEN_WEIGHTS_HEADER_BYTES];
  } head;                // the new weights' header, which is written last
  uint8_t pending[256];  // bytes that do not fill a unit yet
} mcugen_store_t;

// Looks for the newest good weights. MCUGEN_BAD_WEIGHTS when no slot has any.
mcugen_result_t mcugen_store_open(mcugen_store_t *store);

// The newest good weights, where they lie, for <model>_init; NULL: there are none.
const void *mcugen_store_weights(const mcugen_store_t *store, size_t *bytes);

// Replaces the older slot: begin with the size of what comes, then all bytes in pieces, then
// commit. Only a commit that returns OK changes which weights are used; a power cut before leaves
// the old ones. Whoever uses the weights in a slot must not begin twice without initialising the
// model again.
mcugen_result_t mcugen_store_begin(mcugen_store_t *store, size_t bytes);
mcugen_result_t mcugen_store_append(mcugen_store_t *store, const void *bytes, size_t count);
mcugen_result_t mcugen_store_commit(mcugen_store_t *store);

#ifdef __cplusplus
}
#endif

#endif
