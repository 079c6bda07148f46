// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The MCX N947 port before stand-ins of registers and drivers, on an emulated core of the same
// kind: bytes come by interrupt, none is lost in silence, a break takes the rate back, faults are
// told.
#include <setjmp.h>
#include <string.h>

#include "app.h"
#include "check.h"
#include "clock_config.h"
#include "fsl_clock.h"
#include "fsl_lpuart.h"
#include "fsl_port.h"
#include "fsl_reset.h"

// The emulated board has a port of its own, which prints.
#define mcugen_port_init mcx_port_init
#define mcugen_port_read mcx_port_read
#define mcugen_port_has_bytes mcx_port_has_bytes
#define mcugen_port_write mcx_port_write
#define mcugen_port_receive_overruns mcx_port_receive_overruns
#define mcugen_port_set_baud mcx_port_set_baud
#define mcugen_port_ticks mcx_port_ticks
#define mcugen_port_ticks_per_second mcx_port_ticks_per_second
#define mcugen_port_stack_used_bytes mcx_port_stack_used_bytes
#define mcugen_port_fatal mcx_port_fatal
#define _exit mcx_exit
#define __StackLimit test_stack
#define __StackTop test_stack_top
#define __arena_start__ test_arena
#define __arena_end__ test_arena_end
enum { LEVEL_1V2 = 3 };
void SystemInitHook(void);
void MCUGEN_UART_HANDLER(void);
#include "port.c"
#undef __arena_start__
#undef __arena_end__
#undef mcugen_port_write

void mcugen_port_write(const uint8_t *bytes, size_t count);  // of the emulated board

enum { STACK_WORDS = 256, FRAMING_ERROR = LPUART_DATA_FRETSC_MASK, LARGEST_REQUEST = 2067 };

// Limit and top must lie behind one another, as the linker script puts them.
__asm__(
    ".bss\n.balign 8\n.global test_stack, test_stack_top\ntest_stack: .space 1024\n"
    "test_stack_top: .space 4\n.text\n");

static DWT_Type dwt;
static DCB_Type dcb;
static SCB_Type scb;
static SYSCON_Type syscon;
static SPC_Type spc;
static FMU_Type fmu;
static GPIO_Type gpio;
static PORT_Type led_port;
static LPUART_Type lpuart4;
DWT_Type *const DWT = &dwt;
DCB_Type *const DCB = &dcb;
SCB_Type *const SCB = &scb;
SYSCON_Type *const SYSCON = &syscon;
LPUART_Type *const LPUART4 = &lpuart4;
SPC_Type *const SPC0 = &spc;
FMU_Type *const FMU0 = &fmu;
PORT_Type *const PORT0 = &led_port;
PORT_Type *const PORT3 = &led_port;
PORT_Type *const PORT1 = NULL;

static const uint16_t *line;  // words on the wire, as the data register shows them
static size_t line_words;
static uint32_t errors;
static uint32_t wire_baud;
static uint32_t refused_baud;
static uint32_t masked;
static bool counter_runs = true;
static uint32_t clock_hz = MCUGEN_CORE_CLOCK_HZ;
static unsigned sleeps;
static bool interrupt_pending;
static char sent[512];
static size_t sent_bytes;
static jmp_buf stopped;
static unsigned lines_to_stop;
static bool tells_really;
static status_t uart_start;
static bool led_is_ready;
static uint32_t clocks;
static unsigned toggles;
static unsigned toggles_to_stop;

status_t EnableIRQ(IRQn_Type interrupt) {
  return interrupt == LP_FLEXCOMM4_IRQn ? kStatus_Success : kStatus_Fail;
}
void __disable_irq(void) {
  CHECK(!interrupt_pending);  // else nothing made the core take it while it was allowed to
  if (interrupt_pending) {
    interrupt_pending = false;
    MCUGEN_UART_HANDLER();
  }
  masked = 1;
}
void __enable_irq(void) { masked = 0; }
uint32_t __get_PRIMASK(void) { return masked; }
void __set_PRIMASK(uint32_t value) { masked = value; }
void __WFI(void) {
  CHECK_EQUAL(masked, 1);  // else an interrupt between test and sleep is slept over
  ++sleeps;
  interrupt_pending = true;
}
void __DSB(void) {}
void __NOP(void) { dwt.CYCCNT += counter_runs; }
// The architecture promises a pending interrupt here, not at __enable_irq.
void __ISB(void) {
  if (interrupt_pending && masked == 0) {
    interrupt_pending = false;
    MCUGEN_UART_HANDLER();
  }
}
uint32_t __get_MSP(void) { return (uint32_t)(test_stack + STACK_WORDS); }
void __set_MSPLIM(uint32_t limit) { CHECK_EQUAL(limit, (uint32_t)test_stack); }
uint32_t SysTick_Config(uint32_t reload) { return reload <= 0xFFFFFFu ? 0u : 1u; }
uint32_t CLOCK_GetCoreSysClkFreq(void) { return clock_hz; }
void CLOCK_SetClkDiv(clock_div_name_t name, uint32_t value) { CHECK(name == 0 && value == 1); }
void CLOCK_AttachClk(clock_attach_id_t connection) {
  CHECK_EQUAL(connection, kFRO12M_to_FLEXCOMM4);
}
void CLOCK_EnableClock(clock_ip_name_t name) { clocks |= 1u << name; }
void RESET_ClearPeripheralReset(reset_ip_name_t peripheral) {
  CHECK_EQUAL(peripheral, kFC4_RST_SHIFT_RSTn);
}
void BOARD_InitBootClocks(void) {}
// Every access after BOARD_InitLed is a toggle.
GPIO_Type *fake_gpio(uint32_t port) {
  CHECK_EQUAL(port, MCUGEN_LED_PIN == 10u ? 0u : 3u);
  CHECK((clocks & (1u << MCUGEN_LED_GPIO_CLOCK)) != 0u);
  CHECK((clocks & (1u << MCUGEN_LED_PORT_CLOCK)) != 0u);
  if (!led_is_ready) {
    led_is_ready = (gpio.PDDR & (1u << MCUGEN_LED_PIN)) != 0u;
  }
  if (led_is_ready && ++toggles == toggles_to_stop) {
    longjmp(stopped, 1);
  }
  return &gpio;
}
void PORT_SetPinConfig(PORT_Type *port, uint32_t pin, const port_pin_config_t *config) {
  CHECK(port == PORT1 && (pin == 8 || pin == 9) && config->mux == kPORT_MuxAlt2);
}
void LPUART_GetDefaultConfig(lpuart_config_t *config) { memset(config, 0, sizeof *config); }
status_t LPUART_Init(LPUART_Type *uart, const lpuart_config_t *config, uint32_t hz) {
  CHECK(uart == LPUART4 && config->enableTx && config->enableRx && hz == 12000000u);
  wire_baud = config->baudRate_Bps;
  return uart_start;
}
void LPUART_EnableInterrupts(LPUART_Type *uart, uint32_t mask) {
  CHECK(uart == LPUART4 && (mask & kLPUART_RxDataRegFullInterruptEnable) != 0);
}
uint32_t LPUART_GetStatusFlags(LPUART_Type *uart) {
  if (line_words == 0) {
    return errors | kLPUART_TransmissionCompleteFlag;
  }
  uart->DATA = *line++;
  --line_words;
  return kLPUART_RxDataRegFullFlag;
}
status_t LPUART_ClearStatusFlags(LPUART_Type *uart, uint32_t mask) {
  CHECK(uart == LPUART4);
  errors &= ~mask;
  return kStatus_Success;
}
status_t LPUART_WriteBlocking(LPUART_Type *uart, const uint8_t *bytes, size_t count) {
  if (tells_really) {
    mcugen_port_write(bytes, count);
    return kStatus_Success;
  }
  CHECK(uart == LPUART4 && sent_bytes + count < sizeof sent);
  memcpy(sent + sent_bytes, bytes, count);
  sent_bytes += count;
  if (memchr(bytes, '\n', count) != NULL && --lines_to_stop == 0) {
    longjmp(stopped, 1);
  }
  return kStatus_Success;
}
status_t LPUART_SetBaudRate(LPUART_Type *uart, uint32_t baud, uint32_t hz) {
  CHECK(uart == LPUART4 && hz == 12000000u);
  if (baud == refused_baud) {
    return kStatus_Fail;
  }
  wire_baud = baud;
  return kStatus_Success;
}

static void receive(const uint16_t *words, size_t count) {
  line = words;
  line_words = count;
}

// What the port prints, so many times, when it stops; it begins with the byte that ends a frame.
static const char *told(void (*act)(void), unsigned times) {
  memset(sent, 0, sizeof sent);
  sent_bytes = 0;
  lines_to_stop = times;
  if (setjmp(stopped) == 0) {
    act();
  }
  masked = 0;
  CHECK_EQUAL(sent[0], '\0');
  return sent + 1;
}

static void fault_without_frame(void) { mcugen_fault(test_stack, 0xFFFFFFBCu); }

static void fault_with_frame(void) {
  test_stack[4 + 5] = 0x1235u;
  test_stack[4 + 6] = 0x5678u;
  mcugen_fault(test_stack + 4, 0xFFFFFFBCu);
}

static void give_up(void) { mcx_exit(1); }

static void test_every_ram_bank_has_a_clock(void) {
  SystemInitHook();
  CHECK_EQUAL(syscon.AHBCLKCTRLSET[0], 0x1FC);  // RAMB to RAMH
}

static void refused(volatile uint32_t *what, uint32_t value, const char *name) {
  const uint32_t good = *what;
  *what = value;
  CHECK(strstr(told(mcx_port_init, 1), name) != NULL);
  *what = good;
}

static void test_what_150_mhz_needs_is_checked(void) {
  refused(&spc.ACTIVE_CFG, 0xC00u | 0x8u, "mcugen fatal: the core LDO is not at 1.2 V");
  refused(&spc.ACTIVE_CFG, 0x800u | 0xCu, "mcugen fatal: the DCDC converter is not at 1.2 V");
  refused(&spc.SRAMCTL, 2, "mcugen fatal: the SRAM is not set for 1.2 V");
  refused(&fmu.FCTRL, 2, "mcugen fatal: the flash has less than 3 wait states");
}

static unsigned blinks_of(void (*act)(void)) {
  toggles = 0;
  gpio.PDDR = 0;
  led_is_ready = false;
  (void)told(act, 2);
  return toggles / 2;
}

static void start_at_a_low_voltage(void) {
  spc.SRAMCTL = 1;
  mcx_port_init();
}

static void test_the_led_tells_the_kind(void) {
  gpio.PSOR = 0;
  gpio.PCOR = 0;
  CHECK_EQUAL(blinks_of(fault_without_frame), BLINKS_FAULT);
  CHECK_EQUAL(blinks_of(give_up), BLINKS_FATAL);
  CHECK_EQUAL(blinks_of(start_at_a_low_voltage), BLINKS_HARDWARE);
  spc.SRAMCTL = LEVEL_1V2;
  // Off before the first flash: the FRDM board lights it by a low level, the EVK by a high one.
  CHECK_EQUAL(gpio.PSOR, MCUGEN_LED_IS_LIT_BY_LOW ? 1u << MCUGEN_LED_PIN : 0u);
  CHECK_EQUAL(gpio.PCOR, MCUGEN_LED_IS_LIT_BY_LOW ? 0u : 1u << MCUGEN_LED_PIN);
}

// Whatever ends before the UART works must not touch it.
static void test_without_a_uart_only_the_led_tells(void (*act)(void)) {
  line_baud = 0;
  sent_bytes = 0;
  toggles = 0;
  toggles_to_stop = 1;
  gpio.PDDR = 0;
  led_is_ready = false;
  if (setjmp(stopped) == 0) {
    act();
  }
  CHECK_EQUAL(toggles, 1);
  CHECK_EQUAL(sent_bytes, 0);
  toggles_to_stop = 0;
  masked = 0;
}

static void start_without_uart(void) {
  uart_start = kStatus_Fail;
  mcx_port_init();
}

static void test_start(void) {
  syscon.LPCAC_CTRL = SYSCON_LPCAC_CTRL_DIS_LPCAC_MASK;
  syscon.NVM_CTRL = SYSCON_NVM_CTRL_DIS_FLASH_DATA_MASK;
  spc.ACTIVE_CFG = 0xC0Cu;
  spc.SRAMCTL = LEVEL_1V2;
  fmu.FCTRL = 3;
  mcx_port_init();
  CHECK((clocks & (1u << kCLOCK_Port1)) != 0u);
  CHECK_EQUAL(wire_baud, 115200);
  CHECK_EQUAL(syscon.LPCAC_CTRL, 0);
  CHECK_EQUAL(syscon.NVM_CTRL, 0);
  CHECK_EQUAL(mcx_port_ticks_per_second(), 150000000);
  CHECK_EQUAL(mcx_port_stack_used_bytes(), STACK_UNPAINTED_BYTES);
  counter_runs = false;
  CHECK(strstr(told(mcx_port_init, 1), "mcugen fatal: the cycle counter") != NULL);
  counter_runs = true;
  clock_hz = 48000000;
  CHECK(strstr(told(mcx_port_init, 1), "mcugen fatal: the core does not run at 150 MHz") != NULL);
  clock_hz = MCUGEN_CORE_CLOCK_HZ;
}

static void test_two_largest_requests_wait(void) {
  static uint16_t words[RECEIVE_CAPACITY + 3];
  static uint8_t bytes[RECEIVE_CAPACITY];
  for (size_t i = 0; i < RECEIVE_CAPACITY + 3; ++i) {
    words[i] = (uint16_t)(i % 251);
  }
  receive(words, 2 * LARGEST_REQUEST);
  size_t count = mcx_port_read(bytes, sizeof bytes);
  CHECK_EQUAL(count, 2 * LARGEST_REQUEST);
  CHECK_EQUAL(sleeps, 1);
  for (size_t i = 0; i < 2 * LARGEST_REQUEST; ++i) {
    CHECK_EQUAL(bytes[i], i % 251);
  }
  CHECK_EQUAL(mcx_port_receive_overruns(), 0);
  receive(words, RECEIVE_CAPACITY + 3);
  count = mcx_port_read(bytes, 100);
  CHECK_EQUAL(count, 100);
  CHECK(mcx_port_has_bytes());
  CHECK_EQUAL(mcx_port_receive_overruns(), 3);
  count = mcx_port_read(bytes, sizeof bytes);
  CHECK_EQUAL(count, RECEIVE_CAPACITY - 100);
  CHECK(!mcx_port_has_bytes());
  errors = kLPUART_RxOverrunFlag;
  MCUGEN_UART_HANDLER();
  CHECK_EQUAL(mcx_port_receive_overruns(), 4);
  CHECK_EQUAL(errors, 0);  // else the receiver stands still
}

static void test_a_break_takes_the_rate_back(void) {
  static const uint16_t noise[] = {0, FRAMING_ERROR | 0x55};
  static const uint16_t line_break[] = {FRAMING_ERROR};
  CHECK_EQUAL(mcx_port_set_baud(921600), MCUGEN_STATUS_OK);
  CHECK_EQUAL(wire_baud, 921600);
  CHECK_EQUAL(masked, 0);
  receive(noise, 2);
  MCUGEN_UART_HANDLER();
  CHECK_EQUAL(wire_baud, 921600);
  receive(line_break, 1);
  MCUGEN_UART_HANDLER();
  CHECK_EQUAL(wire_baud, 115200);
  refused_baud = 5000000;
  CHECK_EQUAL(mcx_port_set_baud(refused_baud), MCUGEN_STATUS_UNSUPPORTED);
  CHECK_EQUAL(mcx_port_set_baud(0), MCUGEN_STATUS_UNSUPPORTED);
  CHECK_EQUAL(wire_baud, 115200);
}

static void test_ticks_have_64_bits(void) {
  dwt.CYCCNT = 0xFFFFFFF0u;
  const uint64_t before = mcx_port_ticks();
  dwt.CYCCNT = 0x10u;
  SysTick_Handler();
  dwt.CYCCNT = 0x20u;
  CHECK_EQUAL(mcx_port_ticks() - before, 0x30);
}

static void test_a_stopped_counter_counts_again(void) {
  static const uint16_t word[] = {'x'};
  uint8_t byte;
  dcb.DEMCR = 0;
  dwt.CTRL = 0;
  receive(word, 1);
  CHECK_EQUAL(mcx_port_read(&byte, 1), 1);
  CHECK_EQUAL(dcb.DEMCR, DCB_DEMCR_TRCENA_Msk);
  CHECK_EQUAL(dwt.CTRL, DWT_CTRL_CYCCNTENA_Msk);
}

static void test_faults_are_told(void) {
  scb.CFSR = SCB_CFSR_STKOF_Msk;
  scb.BFAR = 0xDEADBEEFu;
  const char *text = told(fault_without_frame, 1);
  CHECK(strstr(text, "mcugen fatal: fault, stack overflow cfsr=00100000") == text);
  CHECK(strstr(text, " bfar=deadbeef exc_return=ffffffbc\r\n") != NULL);
  scb.CFSR = 0x00020000u;
  text = told(fault_with_frame, 1);
  CHECK(strstr(text, "mcugen fatal: fault pc=00005678 lr=00001235 cfsr=00020000") == text);
  CHECK(strstr(told(give_up, 1), "mcugen fatal: a library gave up") != NULL);
}

// The host of the session hears it at its rate, a terminal that is opened later at the usual one.
static void test_an_end_is_told_at_both_rates(void) {
  CHECK_EQUAL(mcx_port_set_baud(921600), MCUGEN_STATUS_OK);
  (void)told(fault_with_frame, 1);
  CHECK_EQUAL(wire_baud, 921600);
  (void)told(fault_with_frame, 2);
  CHECK_EQUAL(wire_baud, 115200);
}

static volatile uint32_t bottom;

__attribute__((noinline)) static uint32_t deeper(uint32_t depth) {
  volatile uint32_t frame[8] = {depth};
  return depth == bottom ? 0 : deeper(depth + 1) + frame[0];
}

// The core's own exception entry, on a stack without room: the handler must not use it.
static void overflow_the_stack(void) {
  volatile uint32_t *const vector_table = (volatile uint32_t *)0xE000ED08u;
  volatile uint32_t *const enabled_faults = (volatile uint32_t *)0xE000ED24u;
  static uint32_t vectors[128] __attribute__((aligned(512)));
  memcpy(vectors, (const void *)*vector_table, sizeof vectors);
  vectors[3] = (uint32_t)HardFault_Handler;
  *vector_table = (uint32_t)vectors;
  *enabled_faults = 0;  // as the SDK leaves it: every fault is a hard fault
  tells_really = true;
  line_baud = DEFAULT_BAUD;
  scb.CFSR = SCB_CFSR_STKOF_Msk;
  bottom = deeper(1);
}

int main(void) {
  test_every_ram_bank_has_a_clock();
  test_start();
  test_what_150_mhz_needs_is_checked();
  test_two_largest_requests_wait();
  test_a_break_takes_the_rate_back();
  test_ticks_have_64_bits();
  test_a_stopped_counter_counts_again();
  test_faults_are_told();
  test_an_end_is_told_at_both_rates();
  test_the_led_tells_the_kind();
  test_without_a_uart_only_the_led_tells(fault_without_frame);
  test_without_a_uart_only_the_led_tells(start_without_uart);
  uart_start = kStatus_Success;
  if (check_report() == 0) {
    overflow_the_stack();
  }
}
