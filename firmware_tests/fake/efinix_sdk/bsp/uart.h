// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_UART_H
#define FAKE_UART_H

#include "bsp.h"

#ifdef __cplusplus
extern "C" {
#endif

u32 uart_readOccupancy(u32 uart);
char uart_read(u32 uart);
void uart_write(u32 uart, char byte);
void uart_writeStr(u32 uart, const char *text);

#ifdef __cplusplus
}
#endif

#endif
