// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in: see zephyr/device.h.
#ifndef FAKE_ZEPHYR_UART_H
#define FAKE_ZEPHYR_UART_H

#include <stdint.h>

#include "zephyr/device.h"

typedef void (*uart_irq_callback_user_data_t)(const struct device *uart, void *context);

int uart_irq_update(const struct device *uart);
int uart_irq_rx_ready(const struct device *uart);
int uart_fifo_read(const struct device *uart, uint8_t *bytes, int capacity);
int uart_irq_callback_set(const struct device *uart, uart_irq_callback_user_data_t callback);
void uart_irq_rx_enable(const struct device *uart);
void uart_poll_out(const struct device *uart, unsigned char byte);

#endif
