// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The Zephyr port before stand-ins of kernel and UART: bytes come by interrupt, none is lost in
// silence.
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "port.h"
#include "zephyr/device.h"
#include "zephyr/drivers/uart.h"
#include "zephyr/kernel.h"

const struct device fake_uart = {0};

static uart_irq_callback_user_data_t handler;
static const uint8_t *line;  // bytes on the wire
static size_t line_bytes;
static size_t sent_bytes;

bool device_is_ready(const struct device *device) { return device == &fake_uart; }
int uart_irq_update(const struct device *uart) { return uart == &fake_uart; }
int uart_irq_rx_ready(const struct device *uart) { return uart == &fake_uart && line_bytes > 0; }
int uart_fifo_read(const struct device *uart, uint8_t *bytes, int capacity) {
  CHECK(uart == &fake_uart && capacity > 0 && line_bytes > 0);
  *bytes = *line++;
  --line_bytes;
  return 1;
}
int uart_irq_callback_set(const struct device *uart, uart_irq_callback_user_data_t callback) {
  CHECK(uart == &fake_uart);
  handler = callback;
  return 0;
}
void uart_irq_rx_enable(const struct device *uart) { CHECK(uart == &fake_uart && handler != NULL); }
void uart_poll_out(const struct device *uart, unsigned char byte) {
  CHECK(uart == &fake_uart && byte == 'x');
  ++sent_bytes;
}
int k_sem_take(struct k_sem *semaphore, int timeout) {
  CHECK(timeout == K_FOREVER);
  if (semaphore->count == 0) {
    handler(&fake_uart, NULL);  // asleep until bytes come
  }
  CHECK(semaphore->count > 0);
  --semaphore->count;
  return 0;
}
void k_sem_give(struct k_sem *semaphore) {
  semaphore->count = semaphore->count < semaphore->limit ? semaphore->count + 1 : semaphore->limit;
}
struct k_thread *k_current_get(void) { return NULL; }
int k_thread_stack_space_get(const struct k_thread *thread, size_t *unused) {
  (void)thread;
  *unused = 8000;
  return 0;
}
uint64_t k_cycle_get_64(void) { return 5213; }
uint32_t k_cycle_get_32(void) {
  static uint32_t now = UINT32_MAX - 10000u;  // wraps at the third call
  return now += 5213;
}
uint64_t k_cyc_to_ns_floor64(uint64_t cycles) { return cycles * 1000u; }
unsigned int irq_lock(void) { return 0; }
void k_cpu_idle(void) { exit(EXIT_FAILURE); }
void k_panic(void) { exit(EXIT_FAILURE); }

int main(void) {
  static uint8_t wire[10000];
  uint8_t got[64];
  memset(wire, 'y', sizeof(wire));
  mcugen_port_init();

  line = wire;
  line_bytes = 100;
  CHECK(mcugen_port_read(got, sizeof(got)) == 64 && got[63] == 'y');
  CHECK(mcugen_port_has_bytes());
  CHECK(mcugen_port_read(got, sizeof(got)) == 36);
  CHECK(!mcugen_port_has_bytes());
  CHECK(mcugen_port_receive_overruns() == 0);

  line = wire;
  line_bytes = sizeof(wire);
  handler(&fake_uart, NULL);
  CHECK(mcugen_port_receive_overruns() == sizeof(wire) - 8192u);

  mcugen_port_write((const uint8_t *)"xxx", 3);
  CHECK(sent_bytes == 3);
#ifdef FAKE_SHORT_COUNTER
  for (int i = 0; i < 4; ++i) {
    const uint64_t before = mcugen_port_ticks();
    CHECK(mcugen_port_ticks() - before == 5213000u);
  }
#else
  CHECK(mcugen_port_ticks() == 5213000u);
#endif
  CHECK(mcugen_port_ticks_per_second() == 1000000000u);
  CHECK(mcugen_port_stack_used_bytes() == 192);
  CHECK(mcugen_port_set_baud(9600) == MCUGEN_STATUS_UNSUPPORTED);
  return check_report();
}
