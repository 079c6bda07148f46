// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "app.h"
#include "clock_config.h"
#include "fsl_clock.h"
#include "fsl_reset.h"
#include "pin_mux.h"

void BOARD_InitHardware(void) {
  BOARD_InitPins();
  BOARD_InitBootClocks();  // the SDK's clock_config.c: PLL0 at 150 MHz, core at 1.2 V

  CLOCK_SetClkDiv(MCUGEN_UART_CLOCK_DIVIDER, 1U);
  CLOCK_AttachClk(MCUGEN_UART_CLOCK_ATTACH);
  RESET_ClearPeripheralReset(MCUGEN_UART_RESET);

  // Code cache and flash data cache on, as in NXP's eIQ examples: without the second one latencies
  // do not compare with NXP's.
  SYSCON->LPCAC_CTRL &= ~SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK;
  SYSCON->NVM_CTRL &= ~SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK;
}
