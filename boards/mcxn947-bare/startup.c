// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Vector table and start-up of the MCX N947's core 0, from reset to main. The boot ROM finds the
// table at address 0; its words 8 and 9 are the boot ROM's image length and type, 0 for an image
// without either.
#include <stdint.h>

#include "fsl_common.h"

#define ITRC_RESET_SELECT ((volatile uint32_t *)0x40026028u)  // both halves of output 4: chip reset
#define GDET_ENABLE(number) (*(volatile uint32_t *)(0x40024008u + 0x1000u * (number)))
#define SPC_GLITCH_DETECT_SC (*(volatile uint32_t *)0x40045144u)
#define SYSCON_ECC_ENABLE_CTRL (*(volatile uint32_t *)0x40000E44u)

#define NOT_SELECTED(input) (2ul << (2u * (input)))
#define SELECT_MASK(input) (3ul << (2u * (input)))
#define GLITCH_DETECT_DISABLE (1ul << 12)  // of SPC ACTIVE_CFG
#define GLITCH_TIMEOUT (0xFul << 2)
#define GLITCH_LOCK (1ul << 16)

typedef void (*handler_t)(void);

// From the linker script.
extern uint32_t __StackLimit[], __StackTop[];
extern uint32_t __data_start__[], __data_end__[], __bss_start__[], __bss_end__[];
extern const uint32_t __etext[];
extern const handler_t __init_array_start[], __init_array_end[];

int main(void);
void Reset_Handler(void);
void SystemInitHook(void);     // hardware_init.c: clocks of all RAM
void HardFault_Handler(void);  // port.c, as the next two
void SysTick_Handler(void);
void LP_FLEXCOMM4_IRQHandler(void);
_Noreturn void mcugen_port_fatal(const char *reason);

static void unexpected_handler(void) { mcugen_port_fatal("an interrupt that nobody asked for"); }

#define IRQ(number) (15 + (number))
enum { INTERRUPTS = 156 };
__attribute__((section(".isr_vector"), used)) static const struct {
  uint32_t *stack_top;
  handler_t handlers[IRQ(INTERRUPTS)];  // [0] is exception 1, reset
} VECTORS = {
    .stack_top = __StackTop,
    .handlers = {[0] = Reset_Handler,
                 [1] = unexpected_handler,
                 [2 ... 6] = HardFault_Handler,
                 [10] = unexpected_handler,
                 [11] = unexpected_handler,
                 [13] = unexpected_handler,
                 [14] = SysTick_Handler,
                 [IRQ(0)... IRQ(38)] = unexpected_handler,
                 [IRQ(39)] = LP_FLEXCOMM4_IRQHandler,
                 [IRQ(40)... IRQ(INTERRUPTS - 1)] = unexpected_handler},
};

// Loops instead of memcpy and memset: those may use what is not set up yet.
static void set_up_memory(void) {
  const volatile uint32_t *from = __etext;
  for (volatile uint32_t *to = __data_start__; to < __data_end__; ++to) {
    *to = *from++;
  }
  for (volatile uint32_t *word = __bss_start__; word < __bss_end__; ++word) {
    *word = 0u;
  }
}

// A bus error for an error of the flash's ECC, as NXP's start-up asks for.
static void set_up_flash(void) {
  SYSCON_ECC_ENABLE_CTRL = 0u;  // of RAM: off, so that all of it is there
  SYSCON->NVM_CTRL &= ~SYSCON_NVM_CTRL_DIS_MBECC_ERR_DATA_MASK;
}

// As NXP's start-up does: the analog (input 9) and digital (input 0) glitch detectors would take a
// change of the core's voltage for an attack, and reset the chip.
static void disarm_glitch_detectors(void) {
  const uint32_t mask = SELECT_MASK(9) | SELECT_MASK(0);
  for (uint32_t half = 0; half < 2u; ++half) {
    ITRC_RESET_SELECT[half] = (ITRC_RESET_SELECT[half] & ~mask) | NOT_SELECTED(9) | NOT_SELECTED(0);
  }
  SPC0->ACTIVE_CFG |= GLITCH_DETECT_DISABLE;
  SPC_GLITCH_DETECT_SC &= ~GLITCH_LOCK;
  SPC_GLITCH_DETECT_SC = GLITCH_TIMEOUT;
  SPC_GLITCH_DETECT_SC |= GLITCH_LOCK;
  GDET_ENABLE(0) = 0u;
  GDET_ENABLE(1) = 0u;
}

static void run_constructors(void) {
  for (const handler_t *each = __init_array_start; each < __init_array_end; ++each) {
    (*each)();
  }
}

// The stack lies in RAMA, the one bank whose clock runs from reset on.
void Reset_Handler(void) {
  __disable_irq();
  __set_MSPLIM((uint32_t)__StackLimit);
  SCB->CPACR |= SCB_CPACR_FPU_Msk;
  __DSB();
  __ISB();
  SCB->VTOR = (uint32_t)&VECTORS;
  set_up_flash();
  disarm_glitch_detectors();
  SystemInitHook();
  set_up_memory();
  run_constructors();
  __enable_irq();
  (void)main();
  mcugen_port_fatal("main returned");
}
