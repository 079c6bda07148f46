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
} SYSCON_Type;

extern DWT_Type *const DWT;
extern DCB_Type *const DCB;
extern SCB_Type *const SCB;
extern SYSCON_Type *const SYSCON;

#define DWT_CTRL_NOCYCCNT_Msk (1UL << 25)
#define DWT_CTRL_CYCCNTENA_Msk 1UL
#define DCB_DEMCR_TRCENA_Msk (1UL << 24)
#define SCB_CFSR_STKOF_Msk (1UL << 20)
#define SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK 1UL
#define SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK 4UL

#endif
