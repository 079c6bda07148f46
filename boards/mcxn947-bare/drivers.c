// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The few functions of NXP's drivers that hardware_init.c and pin_mux.c of board mcxn947 call,
// written anew from the reference manual.
#include "fsl_clock.h"
#include "fsl_port.h"
#include "fsl_reset.h"

enum { FLEXCOMM = 4, FRO_12M = 2 };

#define DIVIDER_RESET (1ul << 29)
#define DIVIDER_HALT (1ul << 30)

uint32_t SysTick_Config(uint32_t reload) {
  SysTick->LOAD = reload - 1u;
  SysTick->VAL = 0u;
  SysTick->CTRL = 7u;  // core clock, interrupt, on
  return 0u;
}

status_t EnableIRQ(IRQn_Type interrupt) {
  NVIC_ISER[(uint32_t)interrupt / 32u] = 1ul << ((uint32_t)interrupt % 32u);
  return kStatus_Success;
}

void CLOCK_EnableClock(clock_ip_name_t clock) {
  SYSCON->AHBCLKCTRLSET[(uint32_t)clock / 32u] = 1ul << ((uint32_t)clock % 32u);
}

void RESET_ClearPeripheralReset(reset_ip_name_t peripheral) {
  SYSCON->PRESETCTRLCLR[(uint32_t)peripheral / 32u] = 1ul << ((uint32_t)peripheral % 32u);
}

void CLOCK_AttachClk(clock_attach_id_t connection) {
  (void)connection;
  SYSCON->FCCLKSEL[FLEXCOMM] = FRO_12M;
}

void CLOCK_SetClkDiv(clock_div_name_t divider, uint32_t value) {
  (void)divider;
  SYSCON->FLEXCOMMCLKDIV[FLEXCOMM] = DIVIDER_RESET | DIVIDER_HALT;
  SYSCON->FLEXCOMMCLKDIV[FLEXCOMM] = DIVIDER_HALT | (value - 1u);
  SYSCON->FLEXCOMMCLKDIV[FLEXCOMM] = value - 1u;
}

void PORT_SetPinConfig(PORT_Type *port, uint32_t pin, const port_pin_config_t *config) {
  port->PCR[pin] = (uint32_t)config->pullValueSelect | (uint32_t)config->pullSelect << 1 |
                   (uint32_t)config->slewRate << 3 | (uint32_t)config->passiveFilterEnable << 4 |
                   (uint32_t)config->openDrainEnable << 5 | (uint32_t)config->driveStrength << 6 |
                   (uint32_t)config->mux << 8 | (uint32_t)config->inputBuffer << 12 |
                   (uint32_t)config->invertInput << 13 | (uint32_t)config->lockRegister << 15;
}
