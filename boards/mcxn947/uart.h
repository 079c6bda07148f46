// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The UART that carries the protocol: one source per kind of UART implements it.
#ifndef MCUGEN_UART_H
#define MCUGEN_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// 8N1, receiving by interrupt from now on.
bool mcugen_uart_start(uint32_t baud);

// False, with nothing changed, for a rate that the UART's clock does not meet within 3 %.
bool mcugen_uart_set_baud(uint32_t baud);

// Returns when the last byte is in the UART's FIFO.
void mcugen_uart_write(const uint8_t *bytes, size_t count);

// Returns when the last bit has left.
void mcugen_uart_drain(void);

// Called from the UART's interrupt; port.c has them.
void mcugen_uart_received(uint8_t byte, bool frame_error);
void mcugen_uart_lost(void);  // at least one byte

#endif
