// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The console: NXP's LPUART. Received bytes arrive at the line's rate in a FIFO that overruns;
// sent ones leave at once.
#include <string.h>

#include "core.h"

#define STAT_TX_EMPTY (1u << 23 | 1u << 22)
#define STAT_RDRF (1u << 21)
#define STAT_OR (1u << 19)
#define CTRL_ORIE (1u << 27)
#define CTRL_RIE (1u << 21)
#define CTRL_TE (1u << 19)
#define CTRL_RE (1u << 18)
#define FIFO_RXFE (1u << 3)
#define FIFO_RXEMPT (1u << 22)
#define FIFO_RXFLUSH (1u << 14)
#define DATA_RXEMPT (1u << 12)

enum { RING_BYTES = 1 << 16, FIFO_DEPTH = 8, PAGE_WORDS = 0x400 };
// Offsets.
enum {
  UART_GLOBAL = 0x08,
  UART_STAT = 0x14,
  UART_CTRL = 0x18,
  UART_DATA = 0x1C,
  UART_FIFO = 0x28,
  UART_WATER = 0x2C
};

static uint32_t base;
static struct {
  uint8_t fifo[FIFO_DEPTH], ring[RING_BYTES], out[RING_BYTES];
  uint32_t at, end, in_fifo, out_bytes, control, water, fifo_control;
  bool overrun;
  uint64_t next_at;
} uart = {.next_at = NEVER};

void open_serial(uint32_t address) { base = address; }

bool serial_asks(void) {
  const bool full = uart.in_fifo > uart.water && (uart.control & CTRL_RIE) != 0;
  return full || (uart.overrun && (uart.control & CTRL_ORIE) != 0);
}

uint64_t next_byte(void) { return uart.at != uart.end ? uart.next_at : NEVER; }

static uint32_t depth(void) { return (uart.fifo_control & FIFO_RXFE) != 0 ? FIFO_DEPTH : 1u; }

void bytes_arrive(void) {
  while (uart.at != uart.end && uart.next_at <= now()) {
    const uint8_t byte = uart.ring[uart.at++ % RING_BYTES];
    uart.next_at = uart.at == uart.end ? NEVER : uart.next_at + s.ticks_per_byte;
    if ((uart.control & CTRL_RE) == 0) {
      continue;
    }
    if (uart.overrun || uart.in_fifo == depth()) {
      uart.overrun = true;
      s.overrun_pc = s.overruns++ == 0 ? get(PC) : s.overrun_pc;
    } else {
      uart.fifo[uart.in_fifo++] = byte;
    }
  }
}

static uint32_t uart_data(void) {
  if (uart.in_fifo == 0) {
    return DATA_RXEMPT;
  }
  const uint8_t byte = uart.fifo[0];
  memmove(uart.fifo, uart.fifo + 1, --uart.in_fifo);
  return byte;
}

uint32_t emu_feed(const uint8_t *bytes, uint32_t count) {
  if (uart.at == uart.end && count != 0) {
    uart.next_at = now() + s.ticks_per_byte;
  }
  uint32_t taken = 0;
  while (taken < count && uart.end - uart.at < RING_BYTES) {
    uart.ring[uart.end++ % RING_BYTES] = bytes[taken++];
  }
  return taken;
}

uint32_t emu_take(uint8_t *bytes) {
  const uint32_t count = uart.out_bytes;
  memcpy(bytes, uart.out, count);
  uart.out_bytes = 0;
  return count;
}

// What Python has answered for a register of the port. It holds until something is written that
// Python must know: drivers ask for the same flags again and again.
static struct {
  uint32_t value;
  bool holds;
} answers[PAGE_WORDS];

static bool has_answer(uint32_t at) {
  return s.uart_is_known != 0 && at < 4u * PAGE_WORDS && answers[at / 4u].holds;
}

uint64_t emu_read(engine_t *engine, uint64_t offset, unsigned size, void *user) {
  (void)user;
  const uint32_t at = PERIPHERALS + (uint32_t)offset - base;
  uint64_t value =
      has_answer(at) ? answers[at / 4u].value : slow_read(engine, PERIPHERALS + offset, size, NULL);
  if (at < 4u * PAGE_WORDS && size == 4) {
    answers[at / 4u].value = (uint32_t)value;
    answers[at / 4u].holds = true;
  }
  if (at == UART_DATA) {
    value = uart_data();
  } else if (at == UART_STAT) {
    value = STAT_TX_EMPTY | (uart.in_fifo > uart.water ? STAT_RDRF : 0u) |
            (uart.overrun ? STAT_OR : 0u);
  } else if (at == UART_WATER) {
    value = (value & 0x00070007u) | uart.in_fifo << 24;
  } else if (at == UART_FIFO) {
    value = (value & ~(uint64_t)FIFO_RXEMPT) | (uart.in_fifo == 0 ? FIFO_RXEMPT : 0u);
  }
  return value;
}

void emu_write(engine_t *engine, uint64_t offset, unsigned size, uint64_t value, void *user) {
  (void)user;
  const uint32_t at = PERIPHERALS + (uint32_t)offset - base, word = (uint32_t)value;
  const uint32_t varies = at == UART_FIFO ? FIFO_RXEMPT : 0u;
  const bool is_known = at == UART_DATA || at == UART_STAT ||
                        (has_answer(at) && (answers[at / 4u].value | varies) == (word | varies));
  if (s.uart_is_known == 0 || !is_known) {
    s.uart_is_known = 0;
    memset(answers, 0, sizeof answers);
    slow_write(engine, PERIPHERALS + offset, size, value, NULL);
  }
  if (at == UART_DATA && uart.out_bytes < RING_BYTES && (uart.control & CTRL_TE) != 0) {
    uart.out[uart.out_bytes++] = (uint8_t)value;
  } else if (at == UART_STAT && (word & STAT_OR) != 0) {
    uart.overrun = false;
  } else if (at == UART_CTRL) {
    uart.control = word;
  } else if (at == UART_WATER) {
    uart.water = word >> 16 & 7u;
  } else if (at == UART_FIFO) {
    uart.fifo_control = word;
    uart.in_fifo = (word & FIFO_RXFLUSH) != 0 ? 0 : uart.in_fifo;
  } else if (at == UART_GLOBAL && (word & 2u) != 0) {
    uart.control = uart.water = uart.fifo_control = uart.in_fifo = 0;
    uart.overrun = false;
  }
  first_waiting();
}

void note_serial(void) {
  s.fifo_bytes = uart.in_fifo;
  s.ring_bytes = uart.end - uart.at;
}
