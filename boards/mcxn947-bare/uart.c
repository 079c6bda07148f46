// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// NXP's LPUART, by its registers.
#include "uart.h"

#include "app.h"
#include "fsl_clock.h"
#include "fsl_reset.h"

enum { PSELID_UART = 1, PSELID_MASK = 7, UART_IS_PRESENT = 1 << 4 };

#define GLOBAL_RESET 2u
#define CTRL_RECEIVE (1ul << 18)
#define CTRL_TRANSMIT (1ul << 19)
#define CTRL_RECEIVE_INTERRUPT (1ul << 21)
#define CTRL_OVERRUN_INTERRUPT (1ul << 27)
#define STAT_OVERRUN (1ul << 19)
#define STAT_RECEIVED (1ul << 21)
#define STAT_SENT (1ul << 22)
#define STAT_ROOM (1ul << 23)
#define STAT_ONES_CLEAR 0xC01FC000ul  // overrun, noise, framing, parity and others
#define DATA_FRAME_ERROR (1ul << 13)
#define BAUD_RATE_MASK 0x1F021FFFul  // OSR, BOTHEDGE, SBR
#define BAUD_BOTH_EDGES (1ul << 17)
#define BAUD_OSR_SHIFT 24u
#define FIFO_ON (1ul << 3 | 1ul << 7)
#define FIFO_FLUSH (1ul << 14 | 1ul << 15)

static uint32_t distance(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }

// The pair of oversampling (4 to 32) and divider that comes nearest, as the word for BAUD; 0 where
// none is within 3 %. At equal distance the most samples a bit.
static uint32_t rate_word(uint32_t baud) {
  const uint32_t tolerance = baud / 100u * 3u;
  uint32_t best = 0, nearest = tolerance;
  for (uint32_t samples = 4; baud != 0u && samples <= 32u; ++samples) {
    const uint32_t divider = (MCUGEN_UART_CLOCK_HZ / samples + baud / 2u) / baud;
    if (divider == 0u || divider > 0x1FFFu) {
      continue;
    }
    const uint32_t off = distance(MCUGEN_UART_CLOCK_HZ / (samples * divider), baud);
    if (off <= nearest) {
      nearest = off;
      best = (samples - 1u) << BAUD_OSR_SHIFT | divider | (samples < 8u ? BAUD_BOTH_EDGES : 0u);
    }
  }
  return best;
}

bool mcugen_uart_set_baud(uint32_t baud) {
  const uint32_t word = rate_word(baud);
  if (word == 0u) {
    return false;
  }
  const uint32_t control = MCUGEN_UART->CTRL;
  // BAUD changes only while both directions are off.
  MCUGEN_UART->CTRL = control & ~(CTRL_RECEIVE | CTRL_TRANSMIT);
  MCUGEN_UART->BAUD = (MCUGEN_UART->BAUD & ~BAUD_RATE_MASK) | word;
  MCUGEN_UART->CTRL = control;
  return true;
}

void MCUGEN_UART_HANDLER(void);

void MCUGEN_UART_HANDLER(void) {
  while ((MCUGEN_UART->STAT & STAT_RECEIVED) != 0u) {
    const uint32_t word = MCUGEN_UART->DATA;
    mcugen_uart_received((uint8_t)word, (word & DATA_FRAME_ERROR) != 0u);
  }
  if ((MCUGEN_UART->STAT & STAT_OVERRUN) != 0u) {
    mcugen_uart_lost();
  }
  // The receiver stands still until an overrun is acknowledged.
  MCUGEN_UART->STAT = STAT_ONES_CLEAR;
  __DSB();
}

static bool select_uart(void) {
  CLOCK_EnableClock(kCLOCK_LPFlexComm4);
  RESET_ClearPeripheralReset(MCUGEN_UART_RESET);
  if ((MCUGEN_UART->PSELID & UART_IS_PRESENT) == 0u) {
    return false;
  }
  MCUGEN_UART->PSELID = PSELID_UART;
  return (MCUGEN_UART->PSELID & PSELID_MASK) == PSELID_UART;
}

bool mcugen_uart_start(uint32_t baud) {
  if (!select_uart()) {
    return false;
  }
  MCUGEN_UART->GLOBAL |= GLOBAL_RESET;
  MCUGEN_UART->GLOBAL &= ~GLOBAL_RESET;
  if (!mcugen_uart_set_baud(baud)) {
    return false;
  }
  MCUGEN_UART->WATER = 0u;  // an interrupt for every byte
  MCUGEN_UART->FIFO |= FIFO_ON;
  MCUGEN_UART->FIFO |= FIFO_FLUSH;
  MCUGEN_UART->STAT = STAT_ONES_CLEAR;
  MCUGEN_UART->CTRL = CTRL_TRANSMIT | CTRL_RECEIVE;
  MCUGEN_UART->CTRL |= CTRL_RECEIVE_INTERRUPT | CTRL_OVERRUN_INTERRUPT;
  return EnableIRQ(MCUGEN_UART_IRQ) == kStatus_Success;
}

void mcugen_uart_write(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    while ((MCUGEN_UART->STAT & STAT_ROOM) == 0u) {
    }
    MCUGEN_UART->DATA = bytes[i];
  }
}

void mcugen_uart_drain(void) {
  while ((MCUGEN_UART->STAT & STAT_SENT) == 0u) {
  }
}
