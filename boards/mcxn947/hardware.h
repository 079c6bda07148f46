// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the port asks of a board; hardware_init.c has it.
#ifndef MCUGEN_HARDWARE_H
#define MCUGEN_HARDWARE_H

#include <stdint.h>

// Pins, clocks, caches and the clock of the UART.
void BOARD_InitHardware(void);

// What is wrong with voltages, wait states or the core's clock; NULL when nothing is. The SDK's
// clock_config.c ignores that its changes may be refused.
const char *BOARD_CheckHardware(void);

uint32_t BOARD_CoreClockHz(void);

// Work at any time after reset; empty where a board has no LED for us.
void BOARD_InitLed(void);
void BOARD_ToggleLed(void);

#endif
