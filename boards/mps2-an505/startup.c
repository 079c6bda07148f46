// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Vector table, memory setup and fault handlers of the Cortex-M33 on MPS2+ AN505, of the Cortex-M55
// on MPS3 AN547, of the Cortex-M3 on MPS2 AN385, and of a Cortex-M7 in its place (AN500).
#include <stddef.h>
#include <stdint.h>

#include "mps2.h"
#include "port.h"

#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SCB_SHCSR (*(volatile uint32_t *)0xE000ED24u)
#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28u)
#define CFSR_STACK_OVERFLOW (1u << 20)
#define SHCSR_FAULTS_ENABLED (7u << 16)  // usage, bus, memory management
#define CPACR_FPU_ENABLED (0xFu << 20)   // full access to CP10 and CP11

#if __ARM_ARCH >= 8  // there is a register for the stack's limit
#define SET_STACK_LIMIT(limit) __asm__ volatile("msr msplim, %0" ::"r"(limit))
#define CLEAR_STACK_LIMIT "movs r1, #0\n\tmsr msplim, r1\n\t"
#else
#define SET_STACK_LIMIT(limit) (void)(limit)
#define CLEAR_STACK_LIMIT ""
#endif

#define STACK_PAINT 0xC5C5C5C5u

// Linker script.
extern uint32_t mcugen_stack_limit[], mcugen_stack_top[];
extern uint32_t mcugen_data_start[], mcugen_data_end[], mcugen_bss_start[], mcugen_bss_end[];
extern const uint32_t mcugen_data_load[];
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

int main(void);
void mcugen_reset_handler(void);
void mcugen_systick_handler(void);  // port.c
void mcugen_uart0_handler(void);    // port.c
_Noreturn void mcugen_fault_report(uint32_t exception);

// Paints what lies below the stack pointer; the volatile keeps it from becoming a call of memset.
static void paint_stack(void) {
  uint32_t *stack_pointer;
  __asm__ volatile("mov %0, sp" : "=r"(stack_pointer));
  for (volatile uint32_t *word = mcugen_stack_limit; word < stack_pointer; ++word) {
    *word = STACK_PAINT;
  }
}

uint32_t mcugen_port_stack_used_bytes(void) {
  const uint32_t *word = mcugen_stack_limit;
  while (word < mcugen_stack_top && *word == STACK_PAINT) {
    ++word;
  }
  return (uint32_t)((mcugen_stack_top - word) * (ptrdiff_t)sizeof(*word));
}

// Loops instead of memcpy and memset: those may use what is not set up yet.
static void set_up_memory(void) {
  const volatile uint32_t *from = mcugen_data_load;
  for (volatile uint32_t *to = mcugen_data_start; to < mcugen_data_end; ++to) {
    *to = *from++;
  }
  for (volatile uint32_t *word = mcugen_bss_start; word < mcugen_bss_end; ++word) {
    *word = 0;
  }
}

void mcugen_reset_handler(void) {
  SET_STACK_LIMIT(mcugen_stack_limit);
#ifdef __ARM_FP
  SCB_CPACR |= CPACR_FPU_ENABLED;
#endif
  SCB_SHCSR |= SHCSR_FAULTS_ENABLED;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  paint_stack();
  set_up_memory();
  for (void (*const *constructor)(void) = __init_array_start; constructor < __init_array_end;
       ++constructor) {
    (*constructor)();
  }
  (void)main();
  mcugen_port_fatal("main returned");
}

// The stack may be what failed: start again at its top, without limit, and never return.
__attribute__((naked)) static void fault_handler(void) {
  __asm__ volatile(CLEAR_STACK_LIMIT
                   "ldr r1, =mcugen_stack_top\n\t"
                   "msr msp, r1\n\t"
                   "mrs r0, ipsr\n\t"
                   "b mcugen_fault_report");
}

_Noreturn void mcugen_fault_report(uint32_t exception) {
  // clang-format off
  static const char *const NAMES[] = {
      [2] = "non-maskable interrupt", [3] = "hard fault",  [4] = "memory management fault",
      [5] = "bus fault",              [6] = "usage fault", [7] = "secure fault",
  };
  // clang-format on
  if ((SCB_CFSR & CFSR_STACK_OVERFLOW) != 0) {
    mcugen_port_fatal("stack overflow");
  }
  const uint32_t count = sizeof(NAMES) / sizeof(NAMES[0]);
  mcugen_port_fatal(exception < count && NAMES[exception] != NULL ? NAMES[exception]
                                                                  : "unexpected interrupt");
}

typedef void (*handler_t)(void);

// Receive and transmit of UART 0 have an interrupt each.
#define IRQ(number) (15 + (number))
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack_top;
  handler_t handlers[IRQ(MPS2_UART0_IRQ + 1) + 1];  // [0] is exception 1, reset
} VECTORS = {
    .stack_top = mcugen_stack_top,
    .handlers = {[0] = mcugen_reset_handler,
                 [1 ... 13] = fault_handler,
                 [14] = mcugen_systick_handler,
                 [IRQ(MPS2_UART0_IRQ)] = mcugen_uart0_handler,
                 [IRQ(MPS2_UART0_IRQ + 1)] = mcugen_uart0_handler},
};
