// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "port.h"

#define READ_BYTES 256u

int main(void) {
  static mcugen_harness_t harness;
  mcugen_port_init();
  mcugen_harness_init(&harness);
  for (;;) {
    uint8_t bytes[READ_BYTES];
    mcugen_harness_take(&harness, bytes, mcugen_port_read(bytes, sizeof(bytes)));
  }
}
