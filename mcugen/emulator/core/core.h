// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What of an Armv8-M core Unicorn leaves to its user, and one serial port: instructions counted one
// by one, interrupts between any two of them, exception entry and return, NVIC, SysTick, DWT.
// Compiled when the emulator starts and loaded beside Unicorn. Time is a number of instructions;
// while the core sleeps it jumps to the next event. Arm DDI 0553 (Armv8-M) names the registers.
#ifndef MCUGEN_EMULATOR_CORE_H
#define MCUGEN_EMULATOR_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Unicorn's interface, as far as it is used here ----

typedef void engine_t;
extern int uc_emu_start(engine_t *, uint64_t begin, uint64_t until, uint64_t timeout, size_t count);
extern int uc_emu_stop(engine_t *);
extern int uc_mem_read(engine_t *, uint64_t address, void *bytes, uint64_t size);
extern int uc_mem_write(engine_t *, uint64_t address, const void *bytes, uint64_t size);
extern int uc_reg_read(engine_t *, int reg, void *value);
extern int uc_reg_write(engine_t *, int reg, const void *value);
#define RUN_UNTIL 0xFFFFFFFEu  // an address that is never reached

// ---- called by Python ----

typedef uint64_t (*read_t)(engine_t *, uint64_t, unsigned, void *);
typedef void (*write_t)(engine_t *, uint64_t, unsigned, uint64_t, void *);
typedef struct state state_t;

state_t *emu_open(engine_t *engine, const int *registers, uint32_t vectors, uint32_t serial,
                  uint32_t irq, read_t read, write_t write);
int emu_run(uint64_t budget);
void emu_ask(void);
void emu_disturb(uint32_t mean);
uint32_t emu_feed(const uint8_t *bytes, uint32_t count);  // returns how many were taken
uint32_t emu_take(uint8_t *bytes);                        // room for 64 KiB
void emu_memory(uint32_t base, uint32_t size, uint32_t is_on);

// ---- called by Unicorn ----

void emu_block(engine_t *engine, uint64_t address, uint32_t size, void *user);
void emu_event(engine_t *engine, uint32_t number, void *user);
bool emu_bad_access(engine_t *engine, int type, uint64_t address, int size, int64_t value,
                    void *user);
uint64_t emu_read(engine_t *engine, uint64_t offset, unsigned size, void *user);
void emu_write(engine_t *engine, uint64_t offset, unsigned size, uint64_t value, void *user);
uint64_t emu_ppb_read(engine_t *engine, uint64_t offset, unsigned size, void *user);
void emu_ppb_write(engine_t *engine, uint64_t offset, unsigned size, uint64_t value, void *user);

// ---- the core ----

// Registers, in the order in which emu_open gets Unicorn's numbers of them; r0 to pc as a frame has
// them.
// clang-format off
enum { R0, R12 = 4, LR, PC, SP, XPSR, CONTROL, PRIMASK, BASEPRI, FAULTMASK, FPSCR,
       R4, S0 = R4 + 8, REGISTERS = S0 + 32 };
enum { HARD_FAULT = 3, MEMORY_FAULT, BUS_FAULT, USAGE_FAULT, SVC = 11, PENDSV = 14, SYSTICK,
       IRQ0, EXCEPTIONS = 256 };
// clang-format on

// CFSR.
#define IBUSERR (1u << 8)
#define PRECISERR_BFARVALID (1u << 9 | 1u << 15)
#define UNDEFINSTR (1u << 16)
#define INVSTATE (1u << 17)
#define NOCP (1u << 19)
#define STKOF (1u << 20)
#define UNALIGNED_ACCESS (1u << 24)

#define PERIPHERALS 0x40000000u
#define SCRATCH 0x7FFFF000u  // a page for our own instructions; Armv8-M may execute there
#define NEVER UINT64_MAX

// Why emu_run returned; helper.py has the same list.
typedef enum {
  SLICE,
  IDLE,
  SPINS,
  LOCKUP,
  UNCLOCKED_STACK,
  LOST_REGISTERS,
  ASKED,
  SURPRISE,
} reason_t;

// What Python sees; helper.py has the same members. `address`, `value` and `exception` explain
// `reason`; `fault_*` are of the first fault.
struct state {
  uint64_t instructions, slept, interrupts, overruns;
  uint32_t reason, pc, address, value, exception;
  uint32_t faults, fault_cfsr, fault_address, fault_pc, fault_lr;
  uint32_t ticks_per_byte, fifo_bytes, ring_bytes, irq_is_enabled;
  uint32_t overrun_pc;     // where the first byte was lost
  uint32_t uart_is_known;  // Python has looked at the port's clocks, pins and rate: they are right
};

extern state_t s;
extern engine_t *uc;
extern read_t slow_read;  // Python's, by address
extern write_t slow_write;

uint32_t get(int which);
void set(int which, uint32_t value);
uint64_t now(void);

// Ends emu_run with a reason, at the next chance.
void fail(reason_t reason, uint32_t address, uint32_t value);

uint32_t read_stack_limit(void);

// exceptions.c
void open_exceptions(uint32_t vectors, uint32_t serial_irq);
uint32_t *scs(uint32_t address);  // a word of the system control space as it is kept
void pend(uint32_t exception, bool yes);
bool is_pended(uint32_t exception);
uint32_t running_exception(void);  // 0: none
int priority(uint32_t exception);
int running_priority(void);  // NEVER_PRIORITY: anything may interrupt
enum { NEVER_PRIORITY = 256 };
uint32_t first_waiting(void);  // the exception that would be taken first; 0: none
bool may_interrupt(void);      // something waited when first_waiting last looked
void forget_stack_limit(void);
void note_exceptions(void);  // irq_is_enabled of `s`
void enter(uint32_t exception);
void leave(uint32_t how);
void fault(uint32_t cfsr, uint32_t address);

// serial.c
void open_serial(uint32_t base);
bool serial_asks(void);
void bytes_arrive(void);
uint64_t next_byte(void);  // when it arrives; NEVER
void note_serial(void);    // fifo_bytes and ring_bytes of `s`

// system.c
void systick_passes(void);
uint64_t next_systick(void);

#endif
