// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef MCUGEN_MCXN947_PIN_MUX_H
#define MCUGEN_MCXN947_PIN_MUX_H

// Routes P1_8 (receive) and P1_9 (transmit) to LP_FLEXCOMM4.
void BOARD_InitPins(void);

#endif
