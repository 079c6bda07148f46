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

#define SPC_SC_BUSY 1U
#define SRAMCTL_REQUEST (1UL << 30)
#define SRAMCTL_ACKNOWLEDGED (1UL << 31)
#define ACTIVE_CFG_CORELDO_DS 1U
#define ACTIVE_CFG_DCDC_DS_SHIFT 8U
#define ACTIVE_CFG_DCDC_DS (3U << ACTIVE_CFG_DCDC_DS_SHIFT)
#define FIRCCSR_ENABLE 1U
#define FIRCCSR_FOR_PERIPHERALS (1U << 4 | 1U << 5)
#define FIRCCSR_LOCKED (1UL << 23)
#define FIRCCSR_VALID (1UL << 24)
#define APLLCSR_POWER 1U
#define APLLCSR_CLOCK 2U
#define APLLCSR_PLL_LOCK (1UL << 24)
#define APLLCTRL_FIRC (1UL << 25)
#define APLLCTRL_SELI (27U << 4)   // bandwidth: 2 * (M / 4) + 3 for M < 122
#define APLLCTRL_SELP (13U << 10)  // M / 4 + 1
#define REQUEST (1UL << 31)        // takes the new value of a divider
#define TRIM_UNLOCK 0x5A5A0001UL
#define LDO_ENABLE 1U

static void switch_to(uint32_t source) {
  SCG0->RCCR = source << SCS_SHIFT;
  while ((SCG0->CSR >> SCS_SHIFT & 0xFU) != source) {
  }
}

static void set_active_cfg(uint32_t mask, uint32_t value) {
  while ((SPC0->SC & SPC_SC_BUSY) != 0U) {
  }
  SPC0->ACTIVE_CFG = (SPC0->ACTIVE_CFG & ~mask) | value;
  while ((SPC0->SC & SPC_SC_BUSY) != 0U) {
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
  while ((SPC0->SRAMCTL & SRAMCTL_ACKNOWLEDGED) == 0U) {
  }
  SPC0->SRAMCTL &= ~SRAMCTL_REQUEST;
}

static void start_firc_48_mhz(void) {
  SCG0->FIRCCFG = 0U;
  SCG0->FIRCCSR &= ~FIRCCSR_LOCKED;
  SCG0->FIRCCSR |= FIRCCSR_FOR_PERIPHERALS | FIRCCSR_ENABLE;
  while ((SCG0->FIRCCSR & FIRCCSR_VALID) == 0U) {
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
  SCG0->APLLSSCG0 = 0U;  // no spread spectrum
  SCG0->APLLSSCG1 = 0U;
  SCG0->TRIM_LOCK = TRIM_UNLOCK;
  SCG0->APLLLOCK_CNFG = PLL_IN_HZ / PLL_N / 2000 + 300;  // 500 us in periods of the reference
  SCG0->APLLCSR |= APLLCSR_POWER | APLLCSR_CLOCK;
  while ((SCG0->APLLCSR & APLLCSR_PLL_LOCK) == 0U) {
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
  SYSCON->AHBCLKDIV = 0U;  // divides by 1
}

uint32_t CLOCK_GetCoreSysClkFreq(void) {
  static const uint32_t OSCILLATORS_HZ[] = {[2] = 12000000U, [3] = 48000000U};
  const uint32_t source = SCG0->CSR >> SCS_SHIFT & 0xFU;
  const uint32_t divider = (SYSCON->AHBCLKDIV & 0xFFU) + 1U;
  const uint32_t n = SCG0->APLLNDIV & 0xFFU, p = SCG0->APLLPDIV & 0x1FU;
  const uint32_t m = SCG0->APLLMDIV & 0xFFFFU;
  if (source == SOURCE_PLL0 && n != 0U && p != 0U) {
    return (uint32_t)((uint64_t)PLL_IN_HZ * m / n / (2U * p)) / divider;
  }
  return source <= 3U ? OSCILLATORS_HZ[source] / divider : 0U;
}
