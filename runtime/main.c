// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "harness.h"
#include "port.h"

int main(void) {
  static mcugen_harness_t harness;
  mcugen_port_init();
  mcugen_harness_init(&harness);
  mcugen_harness_serve(&harness);
}
