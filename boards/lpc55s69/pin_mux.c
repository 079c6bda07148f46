// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "pin_mux.h"

#include "fsl_clock.h"
#include "fsl_iocon.h"

static const uint8_t UART_PINS[] = {29u, 30u};  // FC0_RXD and FC0_TXD on port 0, function 1

void BOARD_InitPins(void) {
  CLOCK_EnableClock(kCLOCK_Iocon);
  for (uint32_t i = 0; i < sizeof UART_PINS / sizeof UART_PINS[0]; ++i) {
    IOCON_PinMuxSet(IOCON, 0u, UART_PINS[i], IOCON_FUNC1 | IOCON_MODE_INACT | IOCON_DIGITAL_EN);
  }
}
