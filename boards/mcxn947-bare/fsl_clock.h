// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Clock gates, selectors and dividers: ours, under NXP's names (see fsl_common.h).
#ifndef MCUGEN_BARE_FSL_CLOCK_H
#define MCUGEN_BARE_FSL_CLOCK_H

#include "fsl_common.h"

// 32 times the number of AHBCLKCTRL, and the bit in it.
typedef enum {
  kCLOCK_Port0 = 13,
  kCLOCK_Port1 = 14,
  kCLOCK_Port3 = 16,
  kCLOCK_Gpio0 = 19,
  kCLOCK_Gpio3 = 22,
  kCLOCK_LPFlexComm4 = 32 + 15,
  kCLOCK_Scg = 64 + 26,
} clock_ip_name_t;

typedef enum { kFRO12M_to_FLEXCOMM4 } clock_attach_id_t;
typedef enum { kCLOCK_DivFlexcom4Clk } clock_div_name_t;

void CLOCK_EnableClock(clock_ip_name_t clock);

// Gives LP_FLEXCOMM4 the 12 MHz oscillator.
void CLOCK_AttachClk(clock_attach_id_t connection);

// `value`: what the clock of LP_FLEXCOMM4 is divided by, 1 to 256.
void CLOCK_SetClkDiv(clock_div_name_t divider, uint32_t value);

// In Hz, computed from the registers; 0 where they say something that is not used here.
uint32_t CLOCK_GetCoreSysClkFreq(void);

#endif
