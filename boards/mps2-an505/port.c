// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Port of Arm's MPS2 boards as QEMU emulates them: CMSDK UART 0 and SysTick. What differs between
// the boards is in mps2.h.
#include "port.h"

#include <string.h>

#include "mps2.h"

// Arm DDI 0479D, CMSDK APB UART.
#define UART0(offset) (*(volatile uint32_t *)(MPS2_UART0 + (offset)))
#define UART0_DATA UART0(0x0u)
#define UART0_STATE UART0(0x4u)
#define UART0_CONTROL UART0(0x8u)
#define UART0_INTERRUPT UART0(0xCu)
#define UART0_BAUD_DIVIDER UART0(0x10u)
#define UART_STATE_TX_FULL 1u
#define UART_STATE_RX_FULL 2u
#define UART_CONTROL_RUN 0xBu  // transmit, receive, receive interrupt
#define UART_INTERRUPT_CLEAR 3u
#define UART_SMALLEST_DIVIDER 16u  // QEMU ignores the rate but wants a legal one

// Armv7-M and Armv8-M Architecture Reference Manuals, SysTick and NVIC.
#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)
#define SYSTICK_RUN 7u  // enabled, interrupt, processor clock
#define SYSTICK_MASK 0xFFFFFFu
#define NVIC_ENABLE(word) (*(volatile uint32_t *)(0xE000E100u + 4u * (word)))
#define SCB_ICSR (*(volatile uint32_t *)0xE000ED04u)
#define ICSR_SYSTICK_PENDING (1u << 26)

#define RING_BYTES 8192u  // a power of two
_Static_assert((RING_BYTES & (RING_BYTES - 1u)) == 0, "indices wrap by masking");

void mcugen_systick_handler(void);
void mcugen_uart0_handler(void);

static struct {
  uint8_t bytes[RING_BYTES];
  volatile uint32_t written;  // by the interrupt handler only
  volatile uint32_t read;     // by mcugen_port_read only
  volatile uint32_t overruns;
} ring;

static volatile uint32_t systick_wraps;

static uint32_t disable_interrupts(void) {
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
  return before;
}

static void restore_interrupts(uint32_t before) {
  __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}

static void start_uart(void) {
  UART0_BAUD_DIVIDER = UART_SMALLEST_DIVIDER;
  UART0_CONTROL = UART_CONTROL_RUN;
}

void mcugen_port_init(void) {
  SYSTICK_RELOAD = SYSTICK_MASK;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = SYSTICK_RUN;
  start_uart();
  NVIC_ENABLE(MPS2_UART0_IRQ / 32u) = 3u << MPS2_UART0_IRQ % 32u;  // receive and transmit
}

void mcugen_systick_handler(void) { systick_wraps = systick_wraps + 1u; }

void mcugen_uart0_handler(void) {
  UART0_INTERRUPT = UART_INTERRUPT_CLEAR;  // before reading, so that the next byte asks again
  while ((UART0_STATE & UART_STATE_RX_FULL) != 0) {
    const uint8_t byte = (uint8_t)UART0_DATA;
    const uint32_t written = ring.written;
    if (written - ring.read < RING_BYTES) {
      ring.bytes[written & (RING_BYTES - 1u)] = byte;
      ring.written = written + 1u;
    } else {
      ring.overruns = ring.overruns + 1u;
    }
  }
}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  // A byte that comes between the test and the sleep leaves its interrupt pending, which ends WFI
  // even while interrupts are disabled.
  uint32_t before = disable_interrupts();
  while (ring.written == ring.read) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
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
    while ((UART0_STATE & UART_STATE_TX_FULL) != 0) {
    }
    UART0_DATA = bytes[i];
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  (void)baud;
  return MCUGEN_STATUS_UNSUPPORTED;
}

uint32_t mcugen_port_receive_overruns(void) { return ring.overruns; }

uint64_t mcugen_port_ticks(void) {
  const uint32_t before = disable_interrupts();
  uint32_t value = SYSTICK_VALUE;
  uint32_t wraps = systick_wraps;
  if ((SCB_ICSR & ICSR_SYSTICK_PENDING) != 0) {
    value = SYSTICK_VALUE;  // read again: the first reading may be from before the wrap
    ++wraps;
  }
  restore_interrupts(before);
  // Counts down and interrupts on reaching 0, so 0 is the first tick of a period.
  const uint64_t systicks = (uint64_t)wraps * (SYSTICK_MASK + 1u) + ((0u - value) & SYSTICK_MASK);
  return systicks * MPS2_INSTRUCTIONS_PER_SYSTICK;
}

uint64_t mcugen_port_ticks_per_second(void) { return 0; }

_Noreturn void mcugen_port_fatal(const char *reason) {
  static const char BEFORE[] = "\0mcugen fatal: ";
  static const char AFTER[] = "\r\n";
  (void)disable_interrupts();
  start_uart();  // a fault may come before mcugen_port_init
  mcugen_port_write((const uint8_t *)BEFORE, sizeof(BEFORE) - 1u);
  mcugen_port_write((const uint8_t *)reason, strlen(reason));
  mcugen_port_write((const uint8_t *)AFTER, sizeof(AFTER));  // and its terminating zero
  for (;;) {
    __asm__ volatile("wfi");
  }
}
