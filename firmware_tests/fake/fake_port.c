// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "fake_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"

uint8_t fake_port_written[FAKE_PORT_BYTES];
size_t fake_port_written_bytes;
bool fake_port_has_bytes;
uint64_t fake_port_ticks_per_look = 5;

static uint64_t ticks;

void fake_port_clear(void) { fake_port_written_bytes = 0; }

void mcugen_port_init(void) {}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  (void)bytes;
  (void)capacity;
  abort();  // tests call mcugen_harness_take
}

bool mcugen_port_has_bytes(void) { return fake_port_has_bytes; }

// More than a test can want to see wraps round to the beginning.
void mcugen_port_write(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (fake_port_written_bytes == FAKE_PORT_BYTES) {
      fake_port_written_bytes = 0;
    }
    fake_port_written[fake_port_written_bytes++] = bytes[i];
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  return baud > 1000000u ? MCUGEN_STATUS_UNSUPPORTED : MCUGEN_STATUS_OK;
}

uint32_t mcugen_port_receive_overruns(void) { return 7; }
uint64_t mcugen_port_ticks(void) { return ticks += fake_port_ticks_per_look; }
uint64_t mcugen_port_ticks_per_second(void) { return 0; }
uint32_t mcugen_port_stack_used_bytes(void) { return 321; }

_Noreturn void mcugen_port_fatal(const char *reason) {
  (void)fprintf(stderr, "fatal: %s\n", reason);
  exit(EXIT_FAILURE);
}
