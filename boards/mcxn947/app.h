// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The resources of FRDM-MCXN947 and MCX-N9XX-EVK that the port uses; both boards wire MCU-Link's VCOM
// to the same pins. Named app.h because the SDK's build system expects that name beside hardware_init.c.
#ifndef MCUGEN_MCXN947_APP_H
#define MCUGEN_MCXN947_APP_H

#include "fsl_common.h"

#define MCUGEN_UART LPUART4
#define MCUGEN_UART_IRQ LP_FLEXCOMM4_IRQn
#define MCUGEN_UART_HANDLER LP_FLEXCOMM4_IRQHandler
#define MCUGEN_UART_CLOCK_ATTACH kFRO12M_to_FLEXCOMM4
#define MCUGEN_UART_CLOCK_DIVIDER kCLOCK_DivFlexcom4Clk
#define MCUGEN_UART_CLOCK_HZ 12000000U
#define MCUGEN_UART_RESET kFC4_RST_SHIFT_RSTn

#define MCUGEN_CORE_CLOCK_HZ 150000000U

// Pins, clocks, flash caches and the clock of the UART.
void BOARD_InitHardware(void);

#endif
