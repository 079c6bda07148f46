// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef MCUGEN_BARE_FSL_RESET_H
#define MCUGEN_BARE_FSL_RESET_H

#include "fsl_common.h"

typedef enum { kFC4_RST_SHIFT_RSTn = 32 + 15 } reset_ip_name_t;

// Lets the peripheral out of reset.
void RESET_ClearPeripheralReset(reset_ip_name_t peripheral);

#endif
