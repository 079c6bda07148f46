// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "hardware.h"

#include <stddef.h>

#include "app.h"
#include "clock_config.h"
#include "fsl_clock.h"
#include "fsl_iocon.h"
#include "fsl_power.h"
#include "pin_mux.h"

enum { FLASH_CYCLES = 11 };  // what 150 MHz needs, minus one (user manual, FMCCR.FLASHTIM)

void BOARD_InitLed(void) {
  CLOCK_EnableClock(kCLOCK_Iocon);
  CLOCK_EnableClock(kCLOCK_Gpio1);
  IOCON_PinMuxSet(IOCON, MCUGEN_LED_PORT, MCUGEN_LED_PIN, IOCON_FUNC0 | IOCON_DIGITAL_EN);
  GPIO->DIRSET[MCUGEN_LED_PORT] = 1ul << MCUGEN_LED_PIN;
}

void BOARD_ToggleLed(void) { GPIO->NOT[MCUGEN_LED_PORT] = 1ul << MCUGEN_LED_PIN; }

uint32_t BOARD_CoreClockHz(void) { return CLOCK_GetCoreSysClkFreq(); }

const char *BOARD_CheckHardware(void) {
  const uint32_t cycles =
      (SYSCON->FMCCR & SYSCON_FMCCR_FLASHTIM_MASK) >> SYSCON_FMCCR_FLASHTIM_SHIFT;
  if (cycles < FLASH_CYCLES) {
    return "the flash has less than 12 cycles for an access (SYSCON FMCCR.FLASHTIM)";
  }
  if ((SYSCON->PLL0STAT & SYSCON_PLL0STAT_LOCK_MASK) == 0u) {
    return "the core's PLL is not locked (SYSCON PLL0STAT.LOCK)";
  }
  if (BOARD_CoreClockHz() != MCUGEN_CORE_CLOCK_HZ) {
    return "the core does not run at 150 MHz";
  }
  return NULL;
}

void BOARD_InitHardware(void) {
  // As NXP's examples do: the brown-out detector must not fire while the voltage rises for 150 MHz.
  POWER_SetBodVbatLevel(kPOWER_BodVbatLevel1650mv, kPOWER_BodHystLevel50mv, false);
  BOARD_InitPins();
  BOARD_InitBootClocks();  // the SDK's clock_config.c: PLL0 at 150 MHz
  CLOCK_AttachClk(kFRO12M_to_FLEXCOMM0);
  SYSCON->FMCCR |= SYSCON_FMCCR_PREFEN_MASK;  // flash prefetch, as in NXP's examples
}
