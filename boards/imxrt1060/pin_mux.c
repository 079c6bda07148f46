// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "pin_mux.h"

#include "fsl_clock.h"
#include "fsl_iomuxc.h"

enum { UART_PAD = 0x10B0 };  // 100 MHz, drive strength R0/6, keeper: as after reset

void BOARD_InitPins(void) {
  CLOCK_EnableClock(kCLOCK_Iomuxc);
  IOMUXC_SetPinMux(IOMUXC_GPIO_AD_B0_12_LPUART1_TX, 0u);
  IOMUXC_SetPinMux(IOMUXC_GPIO_AD_B0_13_LPUART1_RX, 0u);
  IOMUXC_SetPinConfig(IOMUXC_GPIO_AD_B0_12_LPUART1_TX, UART_PAD);
  IOMUXC_SetPinConfig(IOMUXC_GPIO_AD_B0_13_LPUART1_RX, UART_PAD);
}
