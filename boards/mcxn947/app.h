// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The resources of FRDM-MCXN947 and MCX-N9XX-EVK that the port uses; both boards wire MCU-Link's
// VCOM to the same pins. Named app.h because the SDK's build system expects that name beside
// hardware_init.c.
#ifndef MCUGEN_MCXN947_APP_H
#define MCUGEN_MCXN947_APP_H

#include "fsl_common.h"

#define MCUGEN_UART LPUART4
#define MCUGEN_UART_IRQ LP_FLEXCOMM4_IRQn
#define MCUGEN_UART_HANDLER LP_FLEXCOMM4_IRQHandler
#define MCUGEN_UART_CLOCK_ATTACH kFRO12M_to_FLEXCOMM4
#define MCUGEN_UART_CLOCK_DIVIDER kCLOCK_DivFlexcom4Clk
#define MCUGEN_UART_CLOCK_HZ 12000000u
#define MCUGEN_UART_RESET kFC4_RST_SHIFT_RSTn

#define MCUGEN_CORE_CLOCK_HZ 150000000u

// The red LED; the project's CMakeLists.txt names the board.
#ifdef MCUGEN_VARIANT_mcxn9xxevk
#define MCUGEN_LED_GPIO GPIO3
#define MCUGEN_LED_PORT PORT3
#define MCUGEN_LED_PIN 4u
#define MCUGEN_LED_GPIO_CLOCK kCLOCK_Gpio3
#define MCUGEN_LED_PORT_CLOCK kCLOCK_Port3
#define MCUGEN_LED_IS_LIT_BY_LOW 0
#else
#define MCUGEN_LED_GPIO GPIO0
#define MCUGEN_LED_PORT PORT0
#define MCUGEN_LED_PIN 10u
#define MCUGEN_LED_GPIO_CLOCK kCLOCK_Gpio0
#define MCUGEN_LED_PORT_CLOCK kCLOCK_Port0
#define MCUGEN_LED_IS_LIT_BY_LOW 1
#endif

#define MCUGEN_RAM_CLOCKS                                                  \
  (SYSCON_AHBCLKCTRL0_RAMB_CTRL_MASK | SYSCON_AHBCLKCTRL0_RAMC_CTRL_MASK | \
   SYSCON_AHBCLKCTRL0_RAMD_CTRL_MASK | SYSCON_AHBCLKCTRL0_RAME_CTRL_MASK | \
   SYSCON_AHBCLKCTRL0_RAMF_CTRL_MASK | SYSCON_AHBCLKCTRL0_RAMG_CTRL_MASK | \
   SYSCON_AHBCLKCTRL0_RAMH_CTRL_MASK)

#endif
