// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What is the AN547's own, for port.c and startup.c of mps2-an505.
#ifndef MCUGEN_MPS2_H
#define MCUGEN_MPS2_H

#define MPS2_UART0 0x49303000u
#define MPS2_UART0_IRQ 33u  // receive; transmit is the next one

// Under `-icount shift=0` an instruction takes 1 ns of virtual time and SysTick runs at 32 MHz:
// this many instructions each, as a factor and a divisor.
#define MPS2_INSTRUCTIONS_PER_SYSTICK 125u / 4u

#endif
