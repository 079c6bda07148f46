// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Stand-in for what the MCX N947 port takes from CMSIS and the MCUXpresso SDK's common driver. The
// test defines registers and functions.
#ifndef FAKE_FSL_COMMON_H
#define FAKE_FSL_COMMON_H

#include <stdint.h>

typedef int32_t status_t;
enum { kStatus_Success = 0, kStatus_Fail = 1 };
typedef enum { LP_FLEXCOMM4_IRQn = 39 } IRQn_Type;

status_t EnableIRQ(IRQn_Type interrupt);
#define SDK_ISR_EXIT_BARRIER ((void)0)

void __disable_irq(void);
void __enable_irq(void);
void __WFI(void);
void __DSB(void);
void __NOP(void);
void __ISB(void);
uint32_t __get_PRIMASK(void);
void __set_PRIMASK(uint32_t masked);
uint32_t __get_MSP(void);
void __set_MSPLIM(uint32_t limit);
uint32_t SysTick_Config(uint32_t reload);

typedef struct {
  volatile uint32_t CTRL;
  volatile uint32_t CYCCNT;
} DWT_Type;
typedef struct {
  volatile uint32_t DEMCR;
} DCB_Type;
typedef struct {
  volatile uint32_t CFSR;
  volatile uint32_t HFSR;
  volatile uint32_t MMFAR;
  volatile uint32_t BFAR;
} SCB_Type;
typedef struct {
  volatile uint32_t LPCAC_CTRL;
  volatile uint32_t NVM_CTRL;
  volatile uint32_t AHBCLKCTRLSET[4];
} SYSCON_Type;
typedef struct {
  volatile uint32_t ACTIVE_CFG;
  volatile uint32_t SRAMCTL;
} SPC_Type;
typedef struct {
  volatile uint32_t FCTRL;
} FMU_Type;
typedef struct {
  volatile uint32_t PSOR;
  volatile uint32_t PCOR;
  volatile uint32_t PTOR;
  volatile uint32_t PDDR;
} GPIO_Type;
typedef struct {
  volatile uint32_t PCR[32];
} PORT_Type;

extern DWT_Type *const DWT;
extern DCB_Type *const DCB;
extern SCB_Type *const SCB;
extern SYSCON_Type *const SYSCON;
extern SPC_Type *const SPC0;
extern FMU_Type *const FMU0;
extern PORT_Type *const PORT0;
extern PORT_Type *const PORT1;
extern PORT_Type *const PORT3;
GPIO_Type *fake_gpio(uint32_t port);  // counts the accesses
#define GPIO0 (fake_gpio(0))
#define GPIO3 (fake_gpio(3))

#define DWT_CTRL_NOCYCCNT_Msk (1ul << 25)
#define DWT_CTRL_CYCCNTENA_Msk 1ul
#define DCB_DEMCR_TRCENA_Msk (1ul << 24)
#define SCB_CFSR_STKOF_Msk (1ul << 20)
#define SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK 1ul
#define SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK 4ul
#define SYSCON_AHBCLKCTRL0_RAMB_CTRL_MASK 0x4u
#define SYSCON_AHBCLKCTRL0_RAMC_CTRL_MASK 0x8u
#define SYSCON_AHBCLKCTRL0_RAMD_CTRL_MASK 0x10u
#define SYSCON_AHBCLKCTRL0_RAME_CTRL_MASK 0x20u
#define SYSCON_AHBCLKCTRL0_RAMF_CTRL_MASK 0x40u
#define SYSCON_AHBCLKCTRL0_RAMG_CTRL_MASK 0x80u
#define SYSCON_AHBCLKCTRL0_RAMH_CTRL_MASK 0x100u
#define SPC_ACTIVE_CFG_CORELDO_VDD_LVL_MASK 0xCu
#define SPC_ACTIVE_CFG_CORELDO_VDD_LVL_SHIFT 2u
#define SPC_ACTIVE_CFG_DCDC_VDD_LVL_MASK 0xC00u
#define SPC_ACTIVE_CFG_DCDC_VDD_LVL_SHIFT 10u
#define SPC_SRAMCTL_VSM_MASK 0x3u
#define SPC_SRAMCTL_VSM_SHIFT 0u
#define FMU_FCTRL_RWSC_MASK 0xFu
#define FMU_FCTRL_RWSC_SHIFT 0u

#endif
