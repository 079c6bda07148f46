// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Board port for QEMU's RISC-V virt machine: 16550 UART through the PLIC, instructions from
// minstret.
#include "port.h"

#include <string.h>

#include "csr.h"

// 16550 UART (National Semiconductor PC16550D), one byte a register.
#define UART ((volatile uint8_t *)0x10000000u)
#define UART_DATA 0
#define UART_DIVISOR_LOW 0  // these two while the divisor latch is open
#define UART_DIVISOR_HIGH 1
#define UART_INTERRUPT_ENABLE 1
#define UART_FIFO_CONTROL 2
#define UART_LINE_CONTROL 3
#define UART_LINE_STATE 5
#define UART_RECEIVE_INTERRUPT 1u
#define UART_FIFOS_BY_14 0xC7u  // on and empty; an interrupt at 14 bytes, or after a pause of 4
#define UART_8N1 3u
#define UART_DIVISOR_LATCH 0x80u
#define UART_HAS_BYTE 1u
#define UART_CAN_SEND (1u << 5)

// Platform-level interrupt controller (RISC-V PLIC specification), context 0: hart 0, machine mode.
#define PLIC 0x0C000000u
#define PLIC_PRIORITY(source) (*(volatile uint32_t *)(PLIC + 4u * (source)))
#define PLIC_ENABLE (*(volatile uint32_t *)(PLIC + 0x2000u))
#define PLIC_THRESHOLD (*(volatile uint32_t *)(PLIC + 0x200000u))
#define PLIC_CLAIM (*(volatile uint32_t *)(PLIC + 0x200004u))
#define UART_SOURCE 10u

#define RING_BYTES 8192u  // a power of two
_Static_assert((RING_BYTES & (RING_BYTES - 1u)) == 0, "indices wrap by masking");

void mcugen_external_interrupt(void);

static struct {
  uint8_t bytes[RING_BYTES];
  volatile uint32_t written;  // by the interrupt handler only
  volatile uint32_t read;     // by mcugen_port_read only
  volatile uint32_t overruns;
} ring;

static uint32_t disable_interrupts(void) {
  uint32_t before;
  __asm__ volatile("csrrci %0, mstatus, %1" : "=r"(before) : "i"(MSTATUS_INTERRUPTS) : "memory");
  return before & MSTATUS_INTERRUPTS;
}

static void restore_interrupts(uint32_t before) { CSR_SET(mstatus, before); }

void mcugen_port_init(void) {
  UART[UART_LINE_CONTROL] = UART_DIVISOR_LATCH;
  UART[UART_DIVISOR_LOW] = 1u;  // 115200 baud: a pause of four bytes is 0.35 ms
  UART[UART_DIVISOR_HIGH] = 0u;
  UART[UART_LINE_CONTROL] = UART_8N1;
  UART[UART_FIFO_CONTROL] = UART_FIFOS_BY_14;
  UART[UART_INTERRUPT_ENABLE] = UART_RECEIVE_INTERRUPT;
  PLIC_PRIORITY(UART_SOURCE) = 1u;
  PLIC_ENABLE = 1u << UART_SOURCE;
  PLIC_THRESHOLD = 0u;
  CSR_SET(mie, MIE_EXTERNAL);
  CSR_SET(mstatus, MSTATUS_INTERRUPTS);
}

__attribute__((interrupt("machine"))) void mcugen_external_interrupt(void) {
  const uint32_t source = PLIC_CLAIM;
  while ((UART[UART_LINE_STATE] & UART_HAS_BYTE) != 0) {
    const uint8_t byte = UART[UART_DATA];
    const uint32_t written = ring.written;
    if (written - ring.read < RING_BYTES) {
      ring.bytes[written & (RING_BYTES - 1u)] = byte;
      ring.written = written + 1u;
    } else {
      ring.overruns = ring.overruns + 1u;
    }
  }
  PLIC_CLAIM = source;
}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  // A byte that comes between the test and the sleep leaves its interrupt pending, which ends WFI
  // even while interrupts are disabled.
  uint32_t before = disable_interrupts();
  while (ring.written == ring.read) {
    __asm__ volatile("wfi" ::: "memory");
    restore_interrupts(before);
    before = disable_interrupts();
  }
  restore_interrupts(before);

  size_t count = 0;
  while (count < capacity && ring.read != ring.written) {
    bytes[count++] = ring.bytes[ring.read & (RING_BYTES - 1u)];
    ring.read = ring.read + 1u;
  }
  return count;
}

bool mcugen_port_has_bytes(void) { return ring.read != ring.written; }

void mcugen_port_write(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    while ((UART[UART_LINE_STATE] & UART_CAN_SEND) == 0) {
    }
    UART[UART_DATA] = bytes[i];
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  (void)baud;
  return MCUGEN_STATUS_UNSUPPORTED;
}

uint32_t mcugen_port_receive_overruns(void) { return ring.overruns; }

uint64_t mcugen_port_ticks(void) {
  uint32_t high;
  uint32_t low;
  do {
    high = CSR_READ(minstreth);
    low = CSR_READ(minstret);
  } while (high != CSR_READ(minstreth));
  return (uint64_t)high << 32 | low;
}

uint64_t mcugen_port_ticks_per_second(void) { return 0; }

_Noreturn void mcugen_port_fatal(const char *reason) {
  static const char BEFORE[] = "\0mcugen fatal: ";
  static const char AFTER[] = "\r\n";
  (void)disable_interrupts();
  mcugen_port_write((const uint8_t *)BEFORE, sizeof(BEFORE) - 1u);
  mcugen_port_write((const uint8_t *)reason, strlen(reason));
  mcugen_port_write((const uint8_t *)AFTER, sizeof(AFTER));  // and its terminating zero
  for (;;) {
    __asm__ volatile("wfi");
  }
}
