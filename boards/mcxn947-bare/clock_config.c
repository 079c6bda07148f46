// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// From reset to 150 MHz, in the order of the reference manual: a safe clock, voltage, wait states,
// SRAM margin, oscillator, PLL, and the switch last.
#include "clock_config.h"

#include "fsl_clock.h"

enum {
  SOURCE_FRO_12M = 2,  // SCS of RCCR and CSR
  SOURCE_PLL0 = 5,
  SCS_SHIFT = 24,
  LEVEL_1V2 = 3,
  NORMAL_DRIVE_DCDC = 2,
  NORMAL_DRIVE_LDO = 1,
  WAIT_STATES = 3,
  PLL_IN_HZ = 48000000,
  PLL_N = 8,
  PLL_M = 50,
  PLL_P = 1,  // 48 MHz / 8 * 50 / (2 * 1) = 150 MHz
};

#define SPC_SC_BUSY 1u
#define SRAMCTL_REQUEST (1ul << 30)
#define SRAMCTL_ACKNOWLEDGED (1ul << 31)
#define ACTIVE_CFG_CORELDO_DS 1u
#define ACTIVE_CFG_DCDC_DS_SHIFT 8u
#define ACTIVE_CFG_DCDC_DS (3u << ACTIVE_CFG_DCDC_DS_SHIFT)
#define FIRCCSR_ENABLE 1u
#define FIRCCSR_FOR_PERIPHERALS (1u << 4 | 1u << 5)
#define FIRCCSR_LOCKED (1ul << 23)
#define FIRCCSR_VALID (1ul << 24)
#define APLLCSR_POWER 1u
#define APLLCSR_CLOCK 2u
#define APLLCSR_PLL_LOCK (1ul << 24)
#define APLLCTRL_FIRC (1ul << 25)
#define APLLCTRL_SELI (27u << 4)   // bandwidth: 2 * (M / 4) + 3 for M < 122
#define APLLCTRL_SELP (13u << 10)  // M / 4 + 1
#define REQUEST (1ul << 31)        // takes the new value of a divider
#define TRIM_UNLOCK 0x5A5A0001ul
#define LDO_ENABLE 1u

static void switch_to(uint32_t source) {
  SCG0->RCCR = source << SCS_SHIFT;
  while ((SCG0->CSR >> SCS_SHIFT & 0xFu) != source) {
  }
}

static void set_active_cfg(uint32_t mask, uint32_t value) {
  while ((SPC0->SC & SPC_SC_BUSY) != 0u) {
  }
  SPC0->ACTIVE_CFG = (SPC0->ACTIVE_CFG & ~mask) | value;
  while ((SPC0->SC & SPC_SC_BUSY) != 0u) {
  }
}

// The level changes only under normal drive strength.
static void raise_voltage(void) {
  set_active_cfg(ACTIVE_CFG_DCDC_DS, NORMAL_DRIVE_DCDC << ACTIVE_CFG_DCDC_DS_SHIFT);
  set_active_cfg(SPC_ACTIVE_CFG_DCDC_VDD_LVL_MASK, LEVEL_1V2 << SPC_ACTIVE_CFG_DCDC_VDD_LVL_SHIFT);
  set_active_cfg(ACTIVE_CFG_CORELDO_DS, NORMAL_DRIVE_LDO);
  set_active_cfg(SPC_ACTIVE_CFG_CORELDO_VDD_LVL_MASK,
                 LEVEL_1V2 << SPC_ACTIVE_CFG_CORELDO_VDD_LVL_SHIFT);
}

static void set_memory_timing(void) {
  FMU0->FCTRL = (FMU0->FCTRL & ~FMU_FCTRL_RWSC_MASK) | WAIT_STATES;
  SPC0->SRAMCTL = LEVEL_1V2;
  SPC0->SRAMCTL |= SRAMCTL_REQUEST;
  while ((SPC0->SRAMCTL & SRAMCTL_ACKNOWLEDGED) == 0u) {
  }
  SPC0->SRAMCTL &= ~SRAMCTL_REQUEST;
}

static void start_firc_48_mhz(void) {
  SCG0->FIRCCFG = 0u;
  SCG0->FIRCCSR &= ~FIRCCSR_LOCKED;
  SCG0->FIRCCSR |= FIRCCSR_FOR_PERIPHERALS | FIRCCSR_ENABLE;
  while ((SCG0->FIRCCSR & FIRCCSR_VALID) == 0u) {
  }
}

static void set_divider(volatile uint32_t *divider, uint32_t value) {
  *divider = value;
  *divider = value | REQUEST;
}

static void start_pll0(void) {
  SCG0->LDOCSR |= LDO_ENABLE;
  SCG0->APLLCSR &= ~(APLLCSR_POWER | APLLCSR_CLOCK);
  SCG0->APLLCTRL = APLLCTRL_FIRC | APLLCTRL_SELI | APLLCTRL_SELP;
  set_divider(&SCG0->APLLNDIV, PLL_N);
  set_divider(&SCG0->APLLPDIV, PLL_P);
  set_divider(&SCG0->APLLMDIV, PLL_M);
  SCG0->APLLSSCG0 = 0u;  // no spread spectrum
  SCG0->APLLSSCG1 = 0u;
  SCG0->TRIM_LOCK = TRIM_UNLOCK;
  SCG0->APLLLOCK_CNFG = PLL_IN_HZ / PLL_N / 2000 + 300;  // 500 us in periods of the reference
  SCG0->APLLCSR |= APLLCSR_POWER | APLLCSR_CLOCK;
  while ((SCG0->APLLCSR & APLLCSR_PLL_LOCK) == 0u) {
  }
}

void BOARD_InitBootClocks(void) {
  CLOCK_EnableClock(kCLOCK_Scg);
  switch_to(SOURCE_FRO_12M);
  raise_voltage();
  set_memory_timing();
  start_firc_48_mhz();
  start_pll0();
  switch_to(SOURCE_PLL0);
  SYSCON->AHBCLKDIV = 0u;  // divides by 1
}

uint32_t CLOCK_GetCoreSysClkFreq(void) {
  static const uint32_t OSCILLATORS_HZ[] = {[2] = 12000000u, [3] = 48000000u};
  const uint32_t source = SCG0->CSR >> SCS_SHIFT & 0xFu;
  const uint32_t divider = (SYSCON->AHBCLKDIV & 0xFFu) + 1u;
  const uint32_t n = SCG0->APLLNDIV & 0xFFu, p = SCG0->APLLPDIV & 0x1Fu;
  const uint32_t m = SCG0->APLLMDIV & 0xFFFFu;
  if (source == SOURCE_PLL0 && n != 0u && p != 0u) {
    return (uint32_t)((uint64_t)PLL_IN_HZ * m / n / (2u * p)) / divider;
  }
  return source <= 3u ? OSCILLATORS_HZ[source] / divider : 0u;
}
