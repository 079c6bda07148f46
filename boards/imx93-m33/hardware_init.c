// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "hardware.h"

#include <stddef.h>

#include "app.h"
#include "fsl_clock.h"
#include "pin_mux.h"

// No LED of the EVK belongs to this core.
void BOARD_InitLed(void) {}
void BOARD_ToggleLed(void) {}

// What the boot ROM set the roots' sources to. Not the SDK's clock_config.c: it also sets the audio
// PLL, which is Linux's.
static void name_clock_sources(void) {
  g_clockSourceFreq[kCLOCK_Osc24M] = 24000000u;
  g_clockSourceFreq[kCLOCK_SysPll1Pfd0Div2] = 500000000u;
  g_clockSourceFreq[kCLOCK_SysPll1Pfd1Div2] = 400000000u;
}

uint32_t BOARD_CoreClockHz(void) { return CLOCK_GetIpFreq(kCLOCK_Root_M33); }

const char *BOARD_CheckHardware(void) {
  if (BOARD_CoreClockHz() == 0u) {
    return "the source of the core's clock is unknown (CCM, root M33)";
  }
  return NULL;
}

void BOARD_InitHardware(void) {
  static const clock_root_config_t OSCILLATOR = {.clockOff = false, .mux = 0u, .div = 1u};
  name_clock_sources();
  BOARD_InitPins();
  CLOCK_SetRootClock(kCLOCK_Root_Lpuart2, &OSCILLATOR);
}
