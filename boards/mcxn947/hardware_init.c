// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "hardware.h"

#include <stddef.h>

#include "app.h"
#include "clock_config.h"
#include "fsl_clock.h"
#include "fsl_reset.h"
#include "pin_mux.h"

enum {
  LEVEL_1V2 = 3,  // of DCDC, core LDO and SRAM margin: what 150 MHz needs (data sheet)
  FLASH_WAIT_STATES = 3,
};

// Code that a memory layout moves to RAM; only our own linker script has any.
extern volatile uint32_t __fast_code_start__[] __attribute__((weak));
extern volatile uint32_t __fast_code_end__[] __attribute__((weak));
extern const volatile uint32_t __fast_code_load__[] __attribute__((weak));

void SystemInitHook(void);

// Called by the SDK's SystemInit, before .data and .bss are set up. Reset leaves the clocks of all
// banks but RAMA off, and no code of the SDK turns them on.
void SystemInitHook(void) {
  SYSCON->AHBCLKCTRLSET[0] = MCUGEN_RAM_CLOCKS;
  const volatile uint32_t *from = __fast_code_load__;
  for (volatile uint32_t *to = __fast_code_start__; to != __fast_code_end__; ++to) {
    *to = *from++;
  }
  __DSB();
  __ISB();
}

void BOARD_InitLed(void) {
  CLOCK_EnableClock(MCUGEN_LED_PORT_CLOCK);
  CLOCK_EnableClock(MCUGEN_LED_GPIO_CLOCK);
#if MCUGEN_LED_IS_LIT_BY_LOW
  MCUGEN_LED_GPIO->PSOR = 1ul << MCUGEN_LED_PIN;
#else
  MCUGEN_LED_GPIO->PCOR = 1ul << MCUGEN_LED_PIN;
#endif
  MCUGEN_LED_GPIO->PDDR |= 1ul << MCUGEN_LED_PIN;
  MCUGEN_LED_PORT->PCR[MCUGEN_LED_PIN] = 0u;  // alternative 0: GPIO
}

void BOARD_ToggleLed(void) { MCUGEN_LED_GPIO->PTOR = 1ul << MCUGEN_LED_PIN; }

uint32_t BOARD_CoreClockHz(void) { return CLOCK_GetCoreSysClkFreq(); }

static uint32_t field(uint32_t value, uint32_t mask, uint32_t shift) {
  return (value & mask) >> shift;
}

const char *BOARD_CheckHardware(void) {
  const uint32_t active = SPC0->ACTIVE_CFG;
  const uint32_t dcdc =
      field(active, SPC_ACTIVE_CFG_DCDC_VDD_LVL_MASK, SPC_ACTIVE_CFG_DCDC_VDD_LVL_SHIFT);
  const uint32_t ldo =
      field(active, SPC_ACTIVE_CFG_CORELDO_VDD_LVL_MASK, SPC_ACTIVE_CFG_CORELDO_VDD_LVL_SHIFT);
  if (dcdc != LEVEL_1V2) {
    return "the DCDC converter is not at 1.2 V (SPC0 ACTIVE_CFG.DCDC_VDD_LVL)";
  }
  if (ldo != LEVEL_1V2) {
    return "the core LDO is not at 1.2 V (SPC0 ACTIVE_CFG.CORELDO_VDD_LVL)";
  }
  if (field(SPC0->SRAMCTL, SPC_SRAMCTL_VSM_MASK, SPC_SRAMCTL_VSM_SHIFT) != LEVEL_1V2) {
    return "the SRAM is not set for 1.2 V (SPC0 SRAMCTL.VSM)";
  }
  if (field(FMU0->FCTRL, FMU_FCTRL_RWSC_MASK, FMU_FCTRL_RWSC_SHIFT) < FLASH_WAIT_STATES) {
    return "the flash has less than 3 wait states (FMU0 FCTRL.RWSC)";
  }
  if (BOARD_CoreClockHz() != MCUGEN_CORE_CLOCK_HZ) {
    return "the core does not run at 150 MHz";
  }
  return NULL;
}

void BOARD_InitHardware(void) {
  BOARD_InitPins();
  BOARD_InitBootClocks();  // the SDK's clock_config.c: PLL0 at 150 MHz, core at 1.2 V

  CLOCK_SetClkDiv(MCUGEN_UART_CLOCK_DIVIDER, 1u);
  CLOCK_AttachClk(MCUGEN_UART_CLOCK_ATTACH);
  RESET_ClearPeripheralReset(MCUGEN_UART_RESET);

  // Code cache and flash data cache on, as in NXP's eIQ examples: without the second one latencies
  // do not compare with NXP's.
  SYSCON->LPCAC_CTRL &= ~SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK;
  SYSCON->NVM_CTRL &= ~SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK;
}
