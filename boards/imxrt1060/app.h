// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The resources of MIMXRT1060-EVKB and -EVKC that the port uses; both wire the debug probe's serial
// port to the same pins.
#ifndef MCUGEN_IMXRT1060_APP_H
#define MCUGEN_IMXRT1060_APP_H

#include "fsl_common.h"

#define MCUGEN_UART LPUART1
#define MCUGEN_UART_IRQ LPUART1_IRQn
#define MCUGEN_UART_HANDLER LPUART1_IRQHandler
#define MCUGEN_UART_CLOCK_HZ 80000000u  // PLL3 / 6

#define MCUGEN_CORE_CLOCK_HZ 600000000u

#define MCUGEN_LED_GPIO GPIO1
#define MCUGEN_LED_PIN 8u

#endif
