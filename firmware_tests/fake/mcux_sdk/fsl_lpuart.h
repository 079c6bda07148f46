// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_FSL_LPUART_H
#define FAKE_FSL_LPUART_H

#include <stdbool.h>
#include <stddef.h>

#include "fsl_common.h"

typedef struct {
  volatile uint32_t DATA;
} LPUART_Type;
extern LPUART_Type *const LPUART4;

#define LPUART_DATA_FRETSC_MASK (1ul << 13)

typedef struct {
  uint32_t baudRate_Bps;
  bool enableTx;
  bool enableRx;
} lpuart_config_t;

enum {
  kLPUART_RxDataRegFullFlag = 1,
  kLPUART_RxOverrunFlag = 2,
  kLPUART_NoiseErrorFlag = 4,
  kLPUART_FramingErrorFlag = 8,
  kLPUART_ParityErrorFlag = 16,
  kLPUART_TransmissionCompleteFlag = 32,
  kLPUART_RxDataRegFullInterruptEnable = 64,
  kLPUART_RxOverrunInterruptEnable = 128,
};

void LPUART_GetDefaultConfig(lpuart_config_t *config);
status_t LPUART_Init(LPUART_Type *uart, const lpuart_config_t *config, uint32_t clock_hz);
void LPUART_EnableInterrupts(LPUART_Type *uart, uint32_t mask);
uint32_t LPUART_GetStatusFlags(LPUART_Type *uart);
status_t LPUART_ClearStatusFlags(LPUART_Type *uart, uint32_t mask);
status_t LPUART_WriteBlocking(LPUART_Type *uart, const uint8_t *bytes, size_t count);
status_t LPUART_SetBaudRate(LPUART_Type *uart, uint32_t baud, uint32_t clock_hz);

#endif
