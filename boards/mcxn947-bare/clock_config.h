// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef MCUGEN_BARE_CLOCK_CONFIG_H
#define MCUGEN_BARE_CLOCK_CONFIG_H

// The core at 150 MHz from PLL0, with the voltages and wait states that this needs. Waits for ever
// for an oscillator or a PLL that does not start.
void BOARD_InitBootClocks(void);

#endif
