// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A Cortex-M of NXP's with an MCUXpresso SDK: receive ring, cycle counter, stack high-water mark,
// faults reported over the UART and by an LED. What differs from chip to chip is in hardware.h and
// uart.h.
#include "port.h"

#include <stdbool.h>
#include <string.h>

#include "config.h"
#include "fsl_common.h"
#include "hardware.h"
#include "uart.h"

// Armv7-M has no register that limits the stack: there the board's MPU guards its last bytes.
#ifdef __ARM_ARCH_8M_MAIN__
#define LIMIT_STACK(limit) __set_MSPLIM(limit)
#define UNLIMIT_STACK "movs r2, #0 \n msr msplim, r2 \n"
#define STACK_OVERFLOW SCB_CFSR_STKOF_Msk
#else
#define LIMIT_STACK(limit) ((void)(limit))
#define UNLIMIT_STACK ""
#define STACK_OVERFLOW SCB_CFSR_MSTKERR_Msk
#endif

#ifndef MCUGEN_START_BAUD
#define MCUGEN_START_BAUD 115200
#endif

enum {
  DEFAULT_BAUD = MCUGEN_START_BAUD,
  RECEIVE_CAPACITY = 8192,  // a power of two; two of the largest requests, 2067 bytes on the wire
  STACK_UNPAINTED_BYTES = 128,    // below the stack pointer while painting
  FAULT_STACK_WORDS = 256,        // the faulting stack may be used up
  FATAL_REPEAT_LOOPS = 20000000,  // about a second; the cycle counter may be what failed
  BLINK_LOOPS = FATAL_REPEAT_LOOPS / 5,
  SYSTICK_RELOAD = 0xFFFFFF,  // 24 bits, far below a wrap of the 32-bit counter
};

// How often the LED flashes between two pauses.
typedef enum {
  BLINKS_FAULT = 1,
  BLINKS_FATAL = 2,     // reported over the UART
  BLINKS_HARDWARE = 3,  // a voltage, the wait states or a clock
  BLINKS_UART = 4,      // it did not start: only the LED reports it
} blinks_t;

static const uint32_t STACK_PAINT = 0xA5C3A5C3u;

// From the linker script.
extern uint32_t __StackLimit[];
extern uint32_t __StackTop[];
// Only our own linker script gives the arena a section of its own, which no start-up code clears.
extern uint8_t __arena_start__[] __attribute__((weak));
extern uint8_t __arena_end__[] __attribute__((weak));

// ---- time: DWT CYCCNT, extended to 64 bits at least once every SysTick period ----
// The counter may stand still while the core sleeps in mcugen_port_read: differences are times only
// between two calls without a read in between.

static uint32_t last_cycles;
static uint32_t cycles_high;

void SysTick_Handler(void);

void SysTick_Handler(void) { (void)mcugen_port_ticks(); }

uint64_t mcugen_port_ticks(void) {
  const uint32_t masked = __get_PRIMASK();
  __disable_irq();
  const uint32_t now = DWT->CYCCNT;
  if (now < last_cycles) {
    ++cycles_high;
  }
  last_cycles = now;
  const uint64_t ticks = ((uint64_t)cycles_high << 32) | now;
  __set_PRIMASK(masked);
  return ticks;
}

uint64_t mcugen_port_ticks_per_second(void) { return BOARD_CoreClockHz(); }

// Debug tools stop the cycle counter when they let go of a running core (pyOCD clears DEMCR). While
// bytes are awaited nothing is being timed.
static void keep_counting(void) {
  DCB->DEMCR |= DCB_DEMCR_TRCENA_Msk;
  DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
}

static bool start_cycle_counter(void) {
  DCB->DEMCR |= DCB_DEMCR_TRCENA_Msk;  // the counter's registers are dead without it
#ifdef __ARM_ARCH_7EM__
  // DWT_LAR, which CMSIS does not name: Cortex-M7 locks them against software as well.
  *(volatile uint32_t *)(DWT_BASE + 0xFB0u) = 0xC5ACCE55u;
#endif
  if ((DWT->CTRL & DWT_CTRL_NOCYCCNT_Msk) != 0u) {
    return false;
  }
  DWT->CYCCNT = 0u;
  keep_counting();
  const uint32_t before = DWT->CYCCNT;
  __NOP();
  __ISB();
  return DWT->CYCCNT != before;
}

// ---- receive ring: the interrupt moves `head`, the reader moves `tail` ----

static volatile uint8_t receive_ring[RECEIVE_CAPACITY];
static volatile uint32_t receive_head;
static volatile uint32_t receive_tail;
static volatile uint32_t receive_overruns;
static volatile uint32_t line_baud;  // 0 until the UART works

// Refuses, without a change, a rate the UART cannot meet.
static bool set_line_baud(uint32_t baud) {
  if (!mcugen_uart_set_baud(baud)) {
    return false;
  }
  line_baud = baud;
  return true;
}

void mcugen_uart_received(uint8_t byte, bool frame_error) {
  if (byte == 0u && frame_error && line_baud != DEFAULT_BAUD) {
    // A break: the zero byte that ends each frame, as a host at the slower default rate sends it.
    (void)set_line_baud(DEFAULT_BAUD);
  }
  const uint32_t head = receive_head;
  // A full ring drops the byte: the frame's CRC then fails and the host sends it again.
  if (head - receive_tail < RECEIVE_CAPACITY) {
    receive_ring[head % RECEIVE_CAPACITY] = byte;
    receive_head = head + 1u;
  } else {
    ++receive_overruns;
  }
}

void mcugen_uart_lost(void) { ++receive_overruns; }

static bool start_uart(void) {
  if (!mcugen_uart_start(DEFAULT_BAUD)) {
    return false;
  }
  line_baud = DEFAULT_BAUD;
  return true;
}

static void sleep_until_bytes(void) {
  for (;;) {
    // An interrupt that comes between the test and WFI stays pending and ends the sleep.
    __disable_irq();
    const bool empty = receive_head == receive_tail;
    if (empty) {
      __DSB();
      __WFI();
    }
    __enable_irq();
    if (!empty) {
      return;
    }
    // Without it the core need not take the interrupt before the next __disable_irq (Arm AN321).
    __ISB();
  }
}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  sleep_until_bytes();
  keep_counting();
  size_t count = 0;
  uint32_t tail = receive_tail;
  while (count < capacity && tail != receive_head) {
    bytes[count++] = receive_ring[tail % RECEIVE_CAPACITY];
    ++tail;
  }
  receive_tail = tail;
  return count;
}

bool mcugen_port_has_bytes(void) { return receive_head != receive_tail; }

uint32_t mcugen_port_receive_overruns(void) { return receive_overruns; }

// Before the UART works, a write would wait for it for ever.
void mcugen_port_write(const uint8_t *bytes, size_t count) {
  if (line_baud == 0u) {
    return;
  }
  mcugen_uart_write(bytes, count);
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  mcugen_uart_drain();
  const uint32_t masked = __get_PRIMASK();
  __disable_irq();  // the receive interrupt may change the rate as well
  const bool changed = baud != 0u && set_line_baud(baud);
  __set_PRIMASK(masked);
  return changed ? MCUGEN_STATUS_OK : MCUGEN_STATUS_UNSUPPORTED;
}

// ---- stack ----

static void paint_stack(void) {
  // Below the stack pointer nothing is live but what this loop itself uses.
  uint32_t *const end = (uint32_t *)(__get_MSP() - STACK_UNPAINTED_BYTES);
  for (volatile uint32_t *word = __StackLimit; word < end; ++word) {
    *word = STACK_PAINT;
  }
  LIMIT_STACK((uint32_t)__StackLimit);
}

uint32_t mcugen_port_stack_used_bytes(void) {
  const uint32_t *word = __StackLimit;
  while (word < __StackTop && *word == STACK_PAINT) {
    ++word;
  }
  return (uint32_t)__StackTop - (uint32_t)word;
}

// ---- silence ----

int DbgConsole_Printf(const char *format, ...);

// The Neutron driver of SDK 25.06 and 25.09 prints through the SDK's console, which is not linked:
// the UART carries the protocol.
__attribute__((weak)) int DbgConsole_Printf(const char *format, ...) {
  (void)format;
  return 0;
}

// ---- faults ----

static void write_text(const char *text) { mcugen_port_write((const uint8_t *)text, strlen(text)); }

static void write_hex(const char *name, uint32_t value) {
  static const char DIGITS[] = "0123456789abcdef";
  char text[] = "00000000";
  for (uint32_t i = 0; i < 8u; ++i) {
    text[7u - i] = DIGITS[(value >> (4u * i)) & 0xFu];
  }
  write_text(name);
  write_text(text);
}

static void begin_fatal(void) {
  static const uint8_t END_OF_FRAME = 0;
  mcugen_port_write(&END_OF_FRAME, 1);
  write_text("mcugen fatal: ");
}

static void wait_loops(uint32_t loops) {
  for (volatile uint32_t left = loops; left != 0u; --left) {
  }
}

static void end_fatal(blinks_t blinks) {
  static const uint8_t END[] = {'\r', '\n', 0};
  mcugen_port_write(END, sizeof END);
  for (uint32_t i = 0; i < 2u * (uint32_t)blinks; ++i) {
    BOARD_ToggleLed();
    wait_loops(BLINK_LOOPS);
  }
  wait_loops(FATAL_REPEAT_LOOPS);
  // The session has had the reason at its own rate: from now on it is sent at the default one.
  if (line_baud != 0u) {
    (void)set_line_baud(DEFAULT_BAUD);
  }
}

static _Noreturn void stop(const char *reason, blinks_t blinks) {
  __disable_irq();
  BOARD_InitLed();
  // Again and again: the port of a freshly flashed board opens late.
  for (;;) {
    begin_fatal();
    write_text(reason);
    end_fatal(blinks);
  }
}

_Noreturn void mcugen_port_fatal(const char *reason) { stop(reason, BLINKS_FATAL); }

_Noreturn void _exit(int status);

// Where abort() of the libraries ends, and a failed assertion of a debug build. The C library's own
// _exit would hang silently.
_Noreturn void _exit(int status) {
  (void)status;
  mcugen_port_fatal("a library gave up (abort)");
}

_Noreturn void mcugen_fault(const uint32_t *frame, uint32_t exc_return);

// `frame` is what the core pushed: r0-r3, r12, lr, pc, xpsr. Where the stack had no room for it,
// the core pushed nothing and left the stack pointer at the limit.
_Noreturn void mcugen_fault(const uint32_t *frame, uint32_t exc_return) {
  const bool whole = frame > __StackLimit && frame + 8 <= __StackTop;
  const uint32_t cfsr = SCB->CFSR;
  __disable_irq();
  BOARD_InitLed();
  for (;;) {
    begin_fatal();
    write_text("fault");
    if ((cfsr & STACK_OVERFLOW) != 0u) {
      write_text(", stack overflow");
    }
    if (whole) {
      write_hex(" pc=", frame[6]);
      write_hex(" lr=", frame[5]);
    }
    write_hex(" cfsr=", cfsr);
    write_hex(" hfsr=", SCB->HFSR);
    write_hex(" mmfar=", SCB->MMFAR);
    write_hex(" bfar=", SCB->BFAR);
    write_hex(" exc_return=", exc_return);
    end_fatal(BLINKS_FAULT);
  }
}

uint64_t mcugen_fault_stack[FAULT_STACK_WORDS / 2];

void HardFault_Handler(void);

// Leaves the faulting stack before it calls anything: that stack may be used up.
__attribute__((naked)) void HardFault_Handler(void) {
  __asm__ volatile(
      "mrs r0, msp               \n"
      "mov r1, lr                \n" UNLIMIT_STACK
      "ldr r2, =mcugen_fault_stack + %c0 \n"
      "msr msp, r2               \n"
      "b mcugen_fault            \n"
      ".ltorg                    \n"
      :
      : "i"(FAULT_STACK_WORDS * sizeof(uint32_t))
      : "memory");
}

// Memory, bus, usage and secure faults are not enabled one by one, so each arrives as a hard fault.

void mcugen_port_init(void) {
  paint_stack();
  memset(__arena_start__, 0, (size_t)(__arena_end__ - __arena_start__));
  BOARD_InitHardware();
  if (!start_uart()) {
    stop("the UART does not start", BLINKS_UART);
  }
  const char *const fault = BOARD_CheckHardware();
  if (fault != NULL) {
    stop(fault, BLINKS_HARDWARE);
  }
  if (!start_cycle_counter()) {
    stop("the cycle counter (DWT CYCCNT) does not count", BLINKS_HARDWARE);
  }
  (void)SysTick_Config(SYSTICK_RELOAD);
}
