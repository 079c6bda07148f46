// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_CLOCK_CONFIG_H
#define FAKE_CLOCK_CONFIG_H

void BOARD_InitBootClocks(void);

#endif
