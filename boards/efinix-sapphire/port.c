// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Board port for the Sapphire SoC of Efinix's TinyML platform: terminal UART, CLINT timer.
#include "port.h"

#include <string.h>

#include "bsp.h"
#include "clint.h"
#include "intc.h"
#include "uart.h"

#define NANOSECONDS_PER_SECOND 1000000000u

void mcugen_port_init(void) { IntcInitialize(); }

bool mcugen_port_has_bytes(void) { return uart_readOccupancy(BSP_UART_TERMINAL) > 0; }

// Polls: a request in flight is all that can come, and the core has nothing else to do.
size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  while (!mcugen_port_has_bytes()) {
  }
  size_t count = 0;
  while (count < capacity && mcugen_port_has_bytes()) {
    bytes[count++] = (uint8_t)uart_read(BSP_UART_TERMINAL);
  }
  return count;
}

void mcugen_port_write(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uart_write(BSP_UART_TERMINAL, (char)bytes[i]);
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  (void)baud;
  return MCUGEN_STATUS_UNSUPPORTED;
}

uint32_t mcugen_port_receive_overruns(void) { return 0; }

uint64_t mcugen_port_ticks(void) {
  const uint64_t ticks = clint_getTime(BSP_CLINT);
  const uint64_t seconds = ticks / SYSTEM_CLINT_HZ;
  const uint64_t rest = ticks % SYSTEM_CLINT_HZ;
  return seconds * NANOSECONDS_PER_SECOND + rest * NANOSECONDS_PER_SECOND / SYSTEM_CLINT_HZ;
}

uint64_t mcugen_port_ticks_per_second(void) { return NANOSECONDS_PER_SECOND; }

uint32_t mcugen_port_stack_used_bytes(void) { return 0; }

_Noreturn void mcugen_port_fatal(const char *reason) {
  static const char BEFORE[] = "\0mcugen fatal: ";
  static const char AFTER[] = "\r\n";
  mcugen_port_write((const uint8_t *)BEFORE, sizeof(BEFORE) - 1u);
  mcugen_port_write((const uint8_t *)reason, strlen(reason));
  mcugen_port_write((const uint8_t *)AFTER, sizeof(AFTER));  // and its terminating zero
  for (;;) {
  }
}
