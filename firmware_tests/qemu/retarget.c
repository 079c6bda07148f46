// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// printf of a test program goes to the board's UART.
#include <stdbool.h>

#include "port.h"

int _write(int file, const char *text, int count);

int _write(int file, const char *text, int count) {
  static bool started;
  (void)file;
  if (!started) {
    mcugen_port_init();
    started = true;
  }
  mcugen_port_write((const uint8_t *)text, (size_t)count);
  return count;
}
