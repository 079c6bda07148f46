// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A test program on QEMU's mps2-an505, or with DRIVER_AN547 on mps3-an547, without the board's
// port: start-up code, files over semihosting (input.bin and output.bin in QEMU's folder), SysTick
// as instruction counter. Linked with the linker script of the board; run with -icount shift=0.
// Semihosting: Arm "Semihosting for AArch32 and AArch64", 2020-12.
#include "driver_io.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { OPEN_READ_BINARY = 1, OPEN_WRITE_BINARY = 5, APPLICATION_EXIT = 0x20026 };

#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)
#define SYSTICK_RELOAD 0xFFFFFFu
// One instruction is 1 ns; SysTick runs at 20 MHz, on mps3-an547 at 32 MHz.
#ifdef DRIVER_AN547
#define INSTRUCTIONS_PER_TICK 125u / 4u
#else
#define INSTRUCTIONS_PER_TICK 50u
#endif

extern uint32_t mcugen_stack_top[], mcugen_data_start[], mcugen_data_end[];
extern uint32_t mcugen_bss_start[], mcugen_bss_end[];
extern const uint32_t mcugen_data_load[];

int main(void);
void mcugen_reset_handler(void);

static uintptr_t semihost(uintptr_t operation, const void *arguments) {
  register uintptr_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = arguments;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static _Noreturn void leave(uintptr_t status) {
  const uintptr_t arguments[2] = {APPLICATION_EXIT, status};
  semihost(SYS_EXIT_EXTENDED, arguments);
  for (;;) {
  }
}

static uintptr_t open_file(const char *name, size_t length, uintptr_t mode) {
  const uintptr_t arguments[3] = {(uintptr_t)name, mode, length};
  return semihost(SYS_OPEN, arguments);
}

// Bytes that were not transferred.
static uintptr_t transfer(uintptr_t operation, uintptr_t file, const void *data, size_t bytes) {
  const uintptr_t arguments[3] = {file, (uintptr_t)data, bytes};
  return semihost(operation, arguments);
}

static uintptr_t input_file, output_file;

bool driver_read(void *data, size_t bytes) {
  return transfer(SYS_READ, input_file, data, bytes) == 0;
}

void driver_write(const void *data, size_t bytes) {
  if (transfer(SYS_WRITE, output_file, data, bytes) != 0) {
    leave(2);
  }
}

// Adds up what passed since the last call, which the counter shows as long as that is less than one
// of its rounds: 838 million instructions.
uint32_t driver_instructions(void) {
  static uint32_t last, ticks;
  const uint32_t now = SYST_CVR;
  ticks += (last - now) & SYSTICK_RELOAD;
  last = now;
  return ticks * INSTRUCTIONS_PER_TICK;
}

static _Noreturn void fault(void) { leave(3); }

void mcugen_reset_handler(void) {
  const volatile uint32_t *from = mcugen_data_load;
  for (volatile uint32_t *to = mcugen_data_start; to < mcugen_data_end; ++to) {
    *to = *from++;
  }
  for (volatile uint32_t *word = mcugen_bss_start; word < mcugen_bss_end; ++word) {
    *word = 0;
  }
  SCB_CPACR |= 0xFu << 20;  // full access to the FPU
  __asm__ volatile("dsb \n isb" ::: "memory");
  SYST_RVR = SYSTICK_RELOAD;
  SYST_CVR = 0;
  SYST_CSR = 5;  // core clock, no interrupt
  input_file = open_file("input.bin", sizeof "input.bin" - 1, OPEN_READ_BINARY);
  output_file = open_file("output.bin", sizeof "output.bin" - 1, OPEN_WRITE_BINARY);
  leave((uintptr_t)main());
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)mcugen_stack_top, (uintptr_t)mcugen_reset_handler, [2] = (uintptr_t)fault,
    [3] = (uintptr_t)fault,      [4] = (uintptr_t)fault,          [5] = (uintptr_t)fault,
    [6] = (uintptr_t)fault,      [7] = (uintptr_t)fault,
};
