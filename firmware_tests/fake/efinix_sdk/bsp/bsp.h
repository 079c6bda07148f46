// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The part of a Sapphire SoC's board support that mcugen uses, for a PC: fake_efinix.cc is behind
// it.
#ifndef FAKE_BSP_H
#define FAKE_BSP_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define SYSTEM_CLINT_HZ 100000000
#define BSP_CLINT 0xF8B00000u
#define SYSTEM_UART_0_IO_CTRL 0xF8010000u
#define BSP_UART_TERMINAL SYSTEM_UART_0_IO_CTRL

#include "clint.h"
#include "uart.h"

#endif
