// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Board port for Zephyr: the console's UART by interrupt, the kernel's timer, the main thread's
// stack.
#include "port.h"

#include <string.h>
#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>

#define RING_BYTES 8192u  // a power of two
_Static_assert((RING_BYTES & (RING_BYTES - 1u)) == 0, "indices wrap by masking");

#define TICKS_PER_SECOND 1000000000u

static const struct device *const UART = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));

static struct {
  uint8_t bytes[RING_BYTES];
  volatile uint32_t written;  // by the interrupt handler only
  volatile uint32_t read;     // by mcugen_port_read only
  volatile uint32_t overruns;
} ring;

static K_SEM_DEFINE(received, 0, 1);

static void take_bytes(const struct device *uart, void *context) {
  (void)context;
  uint8_t byte;
  while (uart_irq_update(uart) && uart_irq_rx_ready(uart) && uart_fifo_read(uart, &byte, 1) == 1) {
    const uint32_t written = ring.written;
    if (written - ring.read < RING_BYTES) {
      ring.bytes[written & (RING_BYTES - 1u)] = byte;
      ring.written = written + 1u;
    } else {
      ring.overruns = ring.overruns + 1u;
    }
  }
  k_sem_give(&received);
}

void mcugen_port_init(void) {
  if (!device_is_ready(UART)) {
    k_panic();  // nobody would hear a word
  }
  (void)uart_irq_callback_set(UART, take_bytes);
  uart_irq_rx_enable(UART);
}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  while (ring.read == ring.written) {
    (void)k_sem_take(&received, K_FOREVER);
  }
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
    uart_poll_out(UART, bytes[i]);
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  (void)baud;
  return MCUGEN_STATUS_UNSUPPORTED;
}

uint32_t mcugen_port_receive_overruns(void) { return ring.overruns; }

#if defined(CONFIG_TIMER_HAS_64BIT_CYCLE_COUNTER)
static uint64_t cycles(void) { return k_cycle_get_64(); }
#else
// Right for differences of less than 2^32 cycles: 28 s at 150 MHz.
static uint64_t cycles(void) {
  static uint64_t seen;
  seen += (uint32_t)(k_cycle_get_32() - (uint32_t)seen);
  return seen;
}
#endif

uint64_t mcugen_port_ticks(void) { return k_cyc_to_ns_floor64(cycles()); }

uint64_t mcugen_port_ticks_per_second(void) { return TICKS_PER_SECOND; }

uint32_t mcugen_port_stack_used_bytes(void) {
  size_t unused = 0;
  if (k_thread_stack_space_get(k_current_get(), &unused) != 0) {
    return 0;
  }
  return (uint32_t)(CONFIG_MAIN_STACK_SIZE - unused);
}

_Noreturn void mcugen_port_fatal(const char *reason) {
  static const char BEFORE[] = "\0mcugen fatal: ";
  static const char AFTER[] = "\r\n";
  (void)irq_lock();
  mcugen_port_write((const uint8_t *)BEFORE, sizeof(BEFORE) - 1u);
  mcugen_port_write((const uint8_t *)reason, strlen(reason));
  mcugen_port_write((const uint8_t *)AFTER, sizeof(AFTER));  // and its terminating zero
  for (;;) {
    k_cpu_idle();
  }
}

// Zephyr's last word on a fault, in place of its own.
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *frame) {
  (void)frame;
  mcugen_port_fatal(reason == K_ERR_STACK_CHK_FAIL ? "stack overflow" : "processor fault");
}
