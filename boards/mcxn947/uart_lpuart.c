// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// NXP's LPUART, by the SDK's driver.
#include "uart.h"

#include "app.h"
#include "fsl_lpuart.h"

bool mcugen_uart_set_baud(uint32_t baud) {
  return LPUART_SetBaudRate(MCUGEN_UART, baud, MCUGEN_UART_CLOCK_HZ) == kStatus_Success;
}

void MCUGEN_UART_HANDLER(void);

void MCUGEN_UART_HANDLER(void) {
  while ((LPUART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kLPUART_RxDataRegFullFlag) != 0u) {
    const uint32_t word = MCUGEN_UART->DATA;
    mcugen_uart_received((uint8_t)word, (word & LPUART_DATA_FRETSC_MASK) != 0u);
  }
  if ((LPUART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kLPUART_RxOverrunFlag) != 0u) {
    mcugen_uart_lost();  // the UART does not count how many
  }
  // The receiver stands still until an overrun is acknowledged.
  (void)LPUART_ClearStatusFlags(
      MCUGEN_UART, (uint32_t)kLPUART_RxOverrunFlag | (uint32_t)kLPUART_NoiseErrorFlag |
                       (uint32_t)kLPUART_FramingErrorFlag | (uint32_t)kLPUART_ParityErrorFlag);
  SDK_ISR_EXIT_BARRIER;
}

bool mcugen_uart_start(uint32_t baud) {
  lpuart_config_t config;
  LPUART_GetDefaultConfig(&config);  // 8N1
  config.baudRate_Bps = baud;
  config.enableTx = true;
  config.enableRx = true;
  if (LPUART_Init(MCUGEN_UART, &config, MCUGEN_UART_CLOCK_HZ) != kStatus_Success) {
    return false;
  }
  LPUART_EnableInterrupts(MCUGEN_UART, (uint32_t)kLPUART_RxDataRegFullInterruptEnable |
                                           (uint32_t)kLPUART_RxOverrunInterruptEnable);
  return EnableIRQ(MCUGEN_UART_IRQ) == kStatus_Success;
}

void mcugen_uart_write(const uint8_t *bytes, size_t count) {
  (void)LPUART_WriteBlocking(MCUGEN_UART, bytes, count);
}

void mcugen_uart_drain(void) {
  while ((LPUART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kLPUART_TransmissionCompleteFlag) == 0u) {
  }
}
