// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "hardware.h"

#include <stddef.h>

#include "app.h"
#include "clock_config.h"
#include "fsl_clock.h"
#include "fsl_iomuxc.h"
#include "pin_mux.h"

enum {
  DCDC_TARGET_MIN = 0x12,  // 1.25 V, what 600 MHz needs (data sheet); the SDK sets 0x13
  GUARD_REGION = 8,
};

extern uint32_t __StackLimit[];  // from the linker script; a multiple of 32

void BOARD_InitLed(void) {
  CLOCK_EnableClock(kCLOCK_Iomuxc);
  CLOCK_EnableClock(kCLOCK_Gpio1);
  IOMUXC_SetPinMux(IOMUXC_GPIO_AD_B0_08_GPIO1_IO08, 0u);
  MCUGEN_LED_GPIO->GDIR |= 1ul << MCUGEN_LED_PIN;
}

void BOARD_ToggleLed(void) { MCUGEN_LED_GPIO->DR_TOGGLE = 1ul << MCUGEN_LED_PIN; }

uint32_t BOARD_CoreClockHz(void) { return CLOCK_GetCoreSysClkFreq(); }

const char *BOARD_CheckHardware(void) {
  const uint32_t target = (DCDC->REG3 & DCDC_REG3_TRG_MASK) >> DCDC_REG3_TRG_SHIFT;
  if (target < DCDC_TARGET_MIN) {
    return "the DCDC converter is below 1.25 V (DCDC REG3.TRG)";
  }
  if ((CCM_ANALOG->PLL_ARM & CCM_ANALOG_PLL_ARM_LOCK_MASK) == 0u) {
    return "the core's PLL is not locked (CCM_ANALOG PLL_ARM.LOCK)";
  }
  if (BOARD_CoreClockHz() != MCUGEN_CORE_CLOCK_HZ) {
    return "the core does not run at 600 MHz";
  }
  return NULL;
}

// A Cortex-M7 reads ahead from all memory that is "normal" (Arm erratum 1013783): only memory that
// is there may be. A later region wins over an earlier one.
static void set_memory_map(void) {
  static const ARM_MPU_Region_t REGIONS[] = {
      // RASR: no code, access, type, shareable, cacheable, bufferable, sub-regions, size
      {ARM_MPU_RBAR(0, 0x00000000u),
       ARM_MPU_RASR(1, ARM_MPU_AP_NONE, 0, 0, 0, 0, 0, ARM_MPU_REGION_SIZE_4GB)},
      {ARM_MPU_RBAR(1, 0x60000000u),  // flash behind FlexSPI
       ARM_MPU_RASR(0, ARM_MPU_AP_RO, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_8MB)},
      {ARM_MPU_RBAR(2, 0x00000000u),  // ITCM
       ARM_MPU_RASR(0, ARM_MPU_AP_FULL, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_128KB)},
      {ARM_MPU_RBAR(3, 0x20000000u),  // DTCM
       ARM_MPU_RASR(0, ARM_MPU_AP_FULL, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_128KB)},
      {ARM_MPU_RBAR(4, 0x20200000u),  // OCRAM
       ARM_MPU_RASR(0, ARM_MPU_AP_FULL, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_512KB)},
      {ARM_MPU_RBAR(5, 0x20280000u),
       ARM_MPU_RASR(0, ARM_MPU_AP_FULL, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_256KB)},
      {ARM_MPU_RBAR(6, 0x40000000u),  // peripherals
       ARM_MPU_RASR(1, ARM_MPU_AP_FULL, 2, 0, 0, 0, 0, ARM_MPU_REGION_SIZE_4MB)},
      {ARM_MPU_RBAR(7, 0x42000000u),
       ARM_MPU_RASR(1, ARM_MPU_AP_FULL, 2, 0, 0, 0, 0, ARM_MPU_REGION_SIZE_1MB)},
  };
  SCB_DisableICache();
  SCB_DisableDCache();
  ARM_MPU_Disable();
  ARM_MPU_Load(REGIONS, sizeof REGIONS / sizeof REGIONS[0]);
  // The stack's last bytes: may be read, for the high-water mark; a write is a fault.
  ARM_MPU_SetRegion(ARM_MPU_RBAR(GUARD_REGION, (uint32_t)__StackLimit),
                    ARM_MPU_RASR(1, ARM_MPU_AP_PRO, 0, 0, 1, 1, 0, ARM_MPU_REGION_SIZE_32B));
  ARM_MPU_Enable(MPU_CTRL_HFNMIENA_Msk);
  SCB_EnableDCache();
  SCB_EnableICache();
}

void BOARD_InitHardware(void) {
  set_memory_map();
  BOARD_InitPins();
  BOARD_InitBootClocks();  // the SDK's clock_config.c: core at 600 MHz, UARTs at PLL3 / 6
  // Reset lets WFI stop the core's clock, and with it the cycle counter and debuggers.
  CLOCK_SetMode(kCLOCK_ModeRun);
}
