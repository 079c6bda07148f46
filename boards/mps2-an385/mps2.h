// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What is the AN385's own, for port.c.
#ifndef MCUGEN_MPS2_H
#define MCUGEN_MPS2_H

#define MPS2_UART0 0x40004000u
#define MPS2_UART0_IRQ 0u  // receive; transmit is the next one

// Under `-icount shift=0` an instruction takes 1 ns of virtual time and SysTick runs at 25 MHz.
#define MPS2_INSTRUCTIONS_PER_SYSTICK 40u

#endif
