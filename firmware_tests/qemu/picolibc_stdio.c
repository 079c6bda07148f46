// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// printf of a test program that picolibc brings goes to the board's UART.
#include <stdbool.h>
#include <stdio.h>

#include "port.h"

static int put(char character, FILE *file) {
  static bool started;
  (void)file;
  if (!started) {
    mcugen_port_init();
    started = true;
  }
  const uint8_t byte = (uint8_t)character;
  mcugen_port_write(&byte, 1);
  return 0;
}

static FILE stdio = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &stdio;
