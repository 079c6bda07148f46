// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "pin_mux.h"

#include "fsl_iomuxc.h"

enum { TRANSMIT_DRIVE = 15 };  // drive strength X4, as NXP's examples

void BOARD_InitPins(void) {
  IOMUXC_SetPinMux(IOMUXC_PAD_UART2_RXD__LPUART2_RX, 0u);
  IOMUXC_SetPinMux(IOMUXC_PAD_UART2_TXD__LPUART2_TX, 0u);
  IOMUXC_SetPinConfig(IOMUXC_PAD_UART2_RXD__LPUART2_RX, IOMUXC_PAD_PD_MASK);
  IOMUXC_SetPinConfig(IOMUXC_PAD_UART2_TXD__LPUART2_TX, IOMUXC_PAD_DSE(TRANSMIT_DRIVE));
}
