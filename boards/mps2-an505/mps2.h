// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What is the AN505's own, for port.c.
#ifndef MCUGEN_MPS2_H
#define MCUGEN_MPS2_H

#define MPS2_UART0 0x40200000u
#define MPS2_UART0_IRQ 32u  // receive; transmit is the next one

// Under `-icount shift=0` an instruction takes 1 ns of virtual time and SysTick runs at 20 MHz.
#define MPS2_INSTRUCTIONS_PER_SYSTICK 50u

#endif
