// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// NXP's FLEXCOMM as USART, by the SDK's driver.
#include "uart.h"

#include "app.h"
#include "fsl_usart.h"

bool mcugen_uart_set_baud(uint32_t baud) {
  return USART_SetBaudRate(MCUGEN_UART, baud, MCUGEN_UART_CLOCK_HZ) == kStatus_Success;
}

void MCUGEN_UART_HANDLER(void);

void MCUGEN_UART_HANDLER(void) {
  while ((USART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kUSART_RxFifoNotEmptyFlag) != 0u) {
    const uint32_t word = MCUGEN_UART->FIFORD;
    mcugen_uart_received((uint8_t)word, (word & USART_FIFORD_FRAMERR_MASK) != 0u);
  }
  if ((USART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kUSART_RxError) != 0u) {
    mcugen_uart_lost();  // the FIFO was full; it does not count how many
    USART_ClearStatusFlags(MCUGEN_UART, (uint32_t)kUSART_RxError);
  }
  SDK_ISR_EXIT_BARRIER;
}

bool mcugen_uart_start(uint32_t baud) {
  usart_config_t config;
  USART_GetDefaultConfig(&config);  // 8N1, an interrupt for each byte
  config.baudRate_Bps = baud;
  config.enableTx = true;
  config.enableRx = true;
  if (USART_Init(MCUGEN_UART, &config, MCUGEN_UART_CLOCK_HZ) != kStatus_Success) {
    return false;
  }
  USART_EnableInterrupts(MCUGEN_UART, (uint32_t)kUSART_RxLevelInterruptEnable |
                                          (uint32_t)kUSART_RxErrorInterruptEnable);
  return EnableIRQ(MCUGEN_UART_IRQ) == kStatus_Success;
}

void mcugen_uart_write(const uint8_t *bytes, size_t count) {
  (void)USART_WriteBlocking(MCUGEN_UART, bytes, count);
}

void mcugen_uart_drain(void) {
  while ((USART_GetStatusFlags(MCUGEN_UART) & (uint32_t)kUSART_TxIdleFlag) == 0u) {
  }
}
