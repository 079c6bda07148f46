// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The resources of the MCIMX93-EVK that the port on the Cortex-M33 uses; the A55 cores leave them
// alone with the device trees that NXP makes for it (imx93-11x11-evk-rpmsg.dtb).
#ifndef MCUGEN_IMX93_M33_APP_H
#define MCUGEN_IMX93_M33_APP_H

#include "fsl_common.h"

#define MCUGEN_UART LPUART2
#define MCUGEN_UART_IRQ LPUART2_IRQn
#define MCUGEN_UART_HANDLER LPUART2_IRQHandler
#define MCUGEN_UART_CLOCK_HZ 24000000u  // the oscillator

#endif
