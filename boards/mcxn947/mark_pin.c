// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The pin of MLPerf Tiny's energy mode: P0_31, driven in that firmware only. Not tried on a board.
#include "config.h"
#include "port.h"

#ifdef MCUGEN_MLPERF_ENERGY

#include "fsl_clock.h"
#include "fsl_common.h"

enum { PIN = 31 };

static void drive(void) {
  GPIO0->PDDR |= 1ul << PIN;
  PORT0->PCR[PIN] = 0u;  // alternative 0: GPIO
}

void mcugen_port_mark(bool is_high) {
  CLOCK_EnableClock(kCLOCK_Port0);
  CLOCK_EnableClock(kCLOCK_Gpio0);
  if (is_high) {
    GPIO0->PSOR = 1ul << PIN;
  } else {
    GPIO0->PCOR = 1ul << PIN;
  }
  drive();
}

#endif
