// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Bytes from the host -> requests and text commands -> bytes to the host. docs/PROTOCOL.md.
#ifndef MCUGEN_HARNESS_H
#define MCUGEN_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "device.h"
#include "frame.h"
#include "mlperf.h"

typedef struct {
  mcugen_device_t device;
  mcugen_mlperf_t mlperf;

  uint8_t collected[MCUGEN_ENCODED_BYTES(MCUGEN_MAX_PAYLOAD)];
  size_t collected_bytes;
  bool overlong;  // more came than fits: dropped up to the end

  bool in_session;
  uint32_t session;
  uint16_t sequence;  // of the last executed request, whose reply is stored
  uint8_t reply[MCUGEN_WIRE_BYTES(MCUGEN_MAX_PAYLOAD)];
  size_t reply_bytes;
} mcugen_harness_t;

// Starts the engine and forgets everything. The port is up.
void mcugen_harness_init(mcugen_harness_t *harness);

// Takes bytes as they came, cut anywhere; writes the replies to the port. A request that takes
// longer than two seconds is ended by the next one: this returns with it in hand as soon as there
// is something to read.
void mcugen_harness_take(mcugen_harness_t *harness, const uint8_t bytes[], size_t count);

// Serves the port for ever.
_Noreturn void mcugen_harness_serve(mcugen_harness_t *harness);

#endif
