// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Core and registers of the MCX N947 as far as this board's firmware uses them, under the names of
// CMSIS and of NXP's headers, so that port.c, hardware_init.c and pin_mux.c of board mcxn947
// compile unchanged. Addresses and bits are facts of the reference manual and of Arm's architecture
// (DDI 0553).
#ifndef MCUGEN_BARE_FSL_COMMON_H
#define MCUGEN_BARE_FSL_COMMON_H

#include <stdint.h>

typedef int32_t status_t;
enum { kStatus_Success = 0, kStatus_Fail = 1 };

// ---- core ----

typedef enum { LP_FLEXCOMM4_IRQn = 39 } IRQn_Type;

static inline void __disable_irq(void) { __asm__ volatile("cpsid i" ::: "memory"); }
static inline void __enable_irq(void) { __asm__ volatile("cpsie i" ::: "memory"); }
static inline void __WFI(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline void __DSB(void) { __asm__ volatile("dsb" ::: "memory"); }
static inline void __ISB(void) { __asm__ volatile("isb" ::: "memory"); }
static inline void __NOP(void) { __asm__ volatile("nop"); }

static inline uint32_t __get_PRIMASK(void) {
  uint32_t value;
  __asm__ volatile("mrs %0, primask" : "=r"(value));
  return value;
}

static inline void __set_PRIMASK(uint32_t value) {
  __asm__ volatile("msr primask, %0" ::"r"(value) : "memory");
}

static inline uint32_t __get_MSP(void) {
  uint32_t value;
  __asm__ volatile("mrs %0, msp" : "=r"(value));
  return value;
}

static inline void __set_MSPLIM(uint32_t value) { __asm__ volatile("msr msplim, %0" ::"r"(value)); }

typedef struct {
  volatile uint32_t CTRL;
  volatile uint32_t CYCCNT;
} DWT_Type;

typedef struct {
  volatile uint32_t DEMCR;
} DCB_Type;

typedef struct {
  volatile uint32_t CTRL;
  volatile uint32_t LOAD;
  volatile uint32_t VAL;
} SysTick_Type;

typedef struct {
  volatile uint32_t CPUID;
  volatile uint32_t ICSR;
  volatile uint32_t VTOR;
  const uint32_t reserved0[7];
  volatile uint32_t CFSR;
  volatile uint32_t HFSR;
  const uint32_t reserved1[1];
  volatile uint32_t MMFAR;
  volatile uint32_t BFAR;
  const uint32_t reserved2[19];
  volatile uint32_t CPACR;
} SCB_Type;

#define DWT ((DWT_Type *)0xE0001000u)
#define DCB ((DCB_Type *)0xE000EDFCu)
#define SysTick ((SysTick_Type *)0xE000E010u)
#define SCB ((SCB_Type *)0xE000ED00u)
#define NVIC_ISER ((volatile uint32_t *)0xE000E100u)

#define DWT_CTRL_NOCYCCNT_Msk (1ul << 25)
#define DWT_CTRL_CYCCNTENA_Msk 1ul
#define DCB_DEMCR_TRCENA_Msk (1ul << 24)
#define SCB_CFSR_STKOF_Msk (1ul << 20)
#define SCB_CPACR_FPU_Msk (0xFul << 20)  // coprocessors 10 and 11

uint32_t SysTick_Config(uint32_t reload);
status_t EnableIRQ(IRQn_Type interrupt);

// ---- registers ----

typedef struct {
  const uint32_t reserved0[80];
  volatile uint32_t PRESETCTRLCLR[4];  // 0x140
  const uint32_t reserved1[44];
  volatile uint32_t AHBCLKCTRL[4];  // 0x200
  const uint32_t reserved2[4];
  volatile uint32_t AHBCLKCTRLSET[4];  // 0x220
  const uint32_t reserved3[32];
  volatile uint32_t FCCLKSEL[10];  // 0x2B0
  const uint32_t reserved4[42];
  volatile uint32_t AHBCLKDIV;  // 0x380
  const uint32_t reserved5[31];
  volatile uint32_t NVM_CTRL;  // 0x400
  const uint32_t reserved6[264];
  volatile uint32_t LPCAC_CTRL;  // 0x824
  const uint32_t reserved7[10];
  volatile uint32_t FLEXCOMMCLKDIV[10];  // 0x850
} SYSCON_Type;

typedef struct {
  const uint32_t reserved0[2];
  volatile uint32_t TRIM_LOCK;  // 0x008
  const uint32_t reserved1[1];
  volatile uint32_t CSR;   // 0x010
  volatile uint32_t RCCR;  // 0x014
  const uint32_t reserved2[186];
  volatile uint32_t FIRCCSR;  // 0x300
  const uint32_t reserved3[1];
  volatile uint32_t FIRCCFG;  // 0x308
  const uint32_t reserved4[125];
  volatile uint32_t APLLCSR;   // 0x500
  volatile uint32_t APLLCTRL;  // 0x504
  const uint32_t reserved5[1];
  volatile uint32_t APLLNDIV;       // 0x50C
  volatile uint32_t APLLMDIV;       // 0x510
  volatile uint32_t APLLPDIV;       // 0x514
  volatile uint32_t APLLLOCK_CNFG;  // 0x518
  const uint32_t reserved6[2];
  volatile uint32_t APLLSSCG0;  // 0x524
  volatile uint32_t APLLSSCG1;  // 0x528
  const uint32_t reserved7[181];
  volatile uint32_t LDOCSR;  // 0x800
} SCG_Type;

typedef struct {
  const uint32_t reserved0[4];
  volatile uint32_t SC;  // 0x010
  const uint32_t reserved1[11];
  volatile uint32_t SRAMCTL;  // 0x040
  const uint32_t reserved2[47];
  volatile uint32_t ACTIVE_CFG;  // 0x100
} SPC_Type;

typedef struct {
  const uint32_t reserved0[2];
  volatile uint32_t FCTRL;
} FMU_Type;

typedef struct {
  const uint32_t reserved0[17];
  volatile uint32_t PSOR;  // 0x44
  volatile uint32_t PCOR;
  volatile uint32_t PTOR;
  const uint32_t reserved1[1];
  volatile uint32_t PDDR;  // 0x54
} GPIO_Type;

typedef struct {
  const uint32_t reserved0[32];
  volatile uint32_t PCR[32];  // 0x80
} PORT_Type;

typedef struct {
  const uint32_t reserved0[2];
  volatile uint32_t GLOBAL;  // 0x08
  const uint32_t reserved1[1];
  volatile uint32_t BAUD;  // 0x10
  volatile uint32_t STAT;
  volatile uint32_t CTRL;
  volatile uint32_t DATA;
  const uint32_t reserved2[2];
  volatile uint32_t FIFO;  // 0x28
  volatile uint32_t WATER;
  const uint32_t reserved3[1010];
  volatile uint32_t PSELID;  // 0xFF8, of the LP_FLEXCOMM around it
} LPUART_Type;

#define SYSCON ((SYSCON_Type *)0x40000000u)
#define FMU0 ((FMU_Type *)0x40043000u)
#define SCG0 ((SCG_Type *)0x40044000u)
#define SPC0 ((SPC_Type *)0x40045000u)
#define GPIO0 ((GPIO_Type *)0x40096000u)
#define GPIO3 ((GPIO_Type *)0x4009C000u)
#define LPUART4 ((LPUART_Type *)0x400B4000u)
#define PORT0 ((PORT_Type *)0x40116000u)
#define PORT1 ((PORT_Type *)0x40117000u)
#define PORT3 ((PORT_Type *)0x40119000u)

#define SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK 0x1u
#define SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK 0x10u
#define SYSCON_NVM_CTRL_DIS_MBECC_ERR_DATA_MASK 0x20000u
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
