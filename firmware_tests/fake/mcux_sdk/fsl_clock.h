// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_FSL_CLOCK_H
#define FAKE_FSL_CLOCK_H

#include "fsl_common.h"

typedef enum { kFRO12M_to_FLEXCOMM4 } clock_attach_id_t;
typedef enum { kCLOCK_DivFlexcom4Clk } clock_div_name_t;
typedef enum {
  kCLOCK_Port0,
  kCLOCK_Port1,
  kCLOCK_Port3,
  kCLOCK_Gpio0,
  kCLOCK_Gpio3,
} clock_ip_name_t;

uint32_t CLOCK_GetCoreSysClkFreq(void);
void CLOCK_SetClkDiv(clock_div_name_t name, uint32_t value);
void CLOCK_AttachClk(clock_attach_id_t connection);
void CLOCK_EnableClock(clock_ip_name_t name);

#endif
