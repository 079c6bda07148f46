// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_FSL_RESET_H
#define FAKE_FSL_RESET_H

typedef enum { kFC4_RST_SHIFT_RSTn } reset_ip_name_t;

void RESET_ClearPeripheralReset(reset_ip_name_t peripheral);

#endif
