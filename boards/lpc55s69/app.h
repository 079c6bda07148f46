// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The resources of LPCXpresso55S69 that the port uses.
#ifndef MCUGEN_LPC55S69_APP_H
#define MCUGEN_LPC55S69_APP_H

#include "fsl_common.h"

#define MCUGEN_UART USART0
#define MCUGEN_UART_IRQ FLEXCOMM0_IRQn
#define MCUGEN_UART_HANDLER FLEXCOMM0_IRQHandler
#define MCUGEN_UART_CLOCK_HZ 12000000u

#define MCUGEN_CORE_CLOCK_HZ 150000000u

// The red LED.
#define MCUGEN_LED_PORT 1u
#define MCUGEN_LED_PIN 6u

#endif
