// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Reset, memory setup and traps of a RISC-V hart in machine mode.
#include <stddef.h>
#include <stdint.h>

#include "csr.h"
#include "port.h"

#define STACK_PAINT 0xC5C5C5C5u
#define DRAM 0x80000000u

// Exception codes, mcause.
#define LOAD_FAULT 5u
#define STORE_FAULT 7u

// Linker script.
extern uint32_t mcugen_stack_limit[], mcugen_stack_top[];
extern uint32_t mcugen_data_start[], mcugen_data_end[], mcugen_bss_start[], mcugen_bss_end[];
extern const uint32_t mcugen_data_load[];
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

int main(void);
void mcugen_reset_handler(void);
void mcugen_trap(void);
void mcugen_external_interrupt(void);  // port.c
_Noreturn void mcugen_start(void);
_Noreturn void mcugen_fault_report(uint32_t cause, uintptr_t address);

__attribute__((naked, section(".reset"))) void mcugen_reset_handler(void) {
  __asm__ volatile(
      ".option push\n\t"
      ".option norelax\n\t"  // gp is what relaxation relies on
      "la gp, __global_pointer$\n\t"
      ".option pop\n\t"
      "la sp, mcugen_stack_top\n\t"
      "j mcugen_start");
}

// Paints what lies below the stack pointer; the volatile keeps it from becoming a call of memset.
static void paint_stack(void) {
  uint32_t *stack_pointer;
  __asm__ volatile("mv %0, sp" : "=r"(stack_pointer));
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

// Below the stack lies code: without write access there, neither it nor a stack that overflows can
// do harm unnoticed. The first entry leaves the devices as they are.
static void protect_code(void) {
  const uint32_t devices = PMP_READ | PMP_WRITE | PMP_UP_TO_ADDRESS;
  const uint32_t code = PMP_READ | PMP_EXECUTE | PMP_UP_TO_ADDRESS | PMP_BINDS_MACHINE_MODE;
  CSR_WRITE(pmpaddr0, DRAM >> 2);
  CSR_WRITE(pmpaddr1, (uintptr_t)mcugen_stack_limit >> 2);
  CSR_WRITE(pmpcfg0, devices | code << 8);
}

_Noreturn void mcugen_start(void) {
  CSR_WRITE(mtvec, mcugen_trap);
  CSR_SET(mstatus, MSTATUS_FPU_INITIAL);
  protect_code();
  paint_stack();
  set_up_memory();
  for (void (*const *constructor)(void) = __init_array_start; constructor < __init_array_end;
       ++constructor) {
    (*constructor)();
  }
  (void)main();
  mcugen_port_fatal("main returned");
}

// Exceptions never return, and the stack may be what failed: they start again at its top.
__attribute__((naked, aligned(4))) void mcugen_trap(void) {
  __asm__ volatile(
      "csrw mscratch, t0\n\t"
      "csrr t0, mcause\n\t"
      "bgez t0, 1f\n\t"  // the sign is set for interrupts
      "csrr t0, mscratch\n\t"
      "j mcugen_external_interrupt\n"
      "1:\n\t"
      "la sp, mcugen_stack_top\n\t"
      "mv a0, t0\n\t"
      "csrr a1, mtval\n\t"
      "j mcugen_fault_report");
}

_Noreturn void mcugen_fault_report(uint32_t cause, uintptr_t address) {
  static const char *const NAMES[] = {
      "misaligned jump", "no code there", "illegal instruction", "breakpoint",
      "misaligned load", "load fault",    "misaligned store",    "store fault",
  };
  const uintptr_t limit = (uintptr_t)mcugen_stack_limit;
  if ((cause == LOAD_FAULT || cause == STORE_FAULT) && address >= DRAM && address < limit) {
    mcugen_port_fatal("stack overflow or write to code");
  }
  mcugen_port_fatal(cause < sizeof(NAMES) / sizeof(NAMES[0]) ? NAMES[cause]
                                                             : "unexpected exception");
}
