// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Blocks of instructions, what ends them, and the loop around Unicorn.
#include <string.h>

#include "core.h"

// Errors and events of Unicorn.
// clang-format off
enum { UC_OK = 0, UC_FETCH_UNMAPPED = 8, UC_INSTRUCTION = 10, UC_FETCH_PROTECTED = 14 };
enum { EVENT_SVC = 2, EVENT_RETURN = 8, EVENT_NO_COPROCESSOR = 17, EVENT_STATE = 18,
       EVENT_STACK_LIMIT = 19, EVENT_UNALIGNED = 22, EVENT_SPINS = -1 };
// clang-format on
enum { BLOCKS = 1 << 20 };

state_t s = {.ticks_per_byte = 1};
engine_t *uc;
read_t slow_read;
write_t slow_write;
static int numbers[REGISTERS];
static struct {
  uint64_t stop_at, step_to, slice_at, disturbed_at;
  uint32_t disturb_mean, disturb_random, irq;
  bool is_asleep, is_stepping, has_stepped, has_stopped, asked;
  int event;
  uint32_t bad_address;
} core;

uint32_t get(int which) {
  uint32_t value = 0;
  (void)uc_reg_read(uc, numbers[which], &value);
  return value;
}

void set(int which, uint32_t value) { (void)uc_reg_write(uc, numbers[which], &value); }

uint64_t now(void) { return s.instructions + s.slept; }

static void stop(void) {
  core.has_stopped = true;
  (void)uc_emu_stop(uc);
}

void fail(reason_t reason, uint32_t address, uint32_t value) {
  s.reason = reason;
  s.address = address;
  s.value = value;
  core.asked = true;
}

// ---- instructions ----

typedef struct {
  uint16_t size, count;
  uint8_t has_fp, spins, sets_limit;
} block_t;
static block_t blocks[BLOCKS];

static const block_t *look_at(uint32_t address, uint32_t size) {
  block_t *block = &blocks[address >> 1 & (BLOCKS - 1u)];
  if (block->size == size) {
    return block;
  }
  uint8_t code[4096];
  size = size > sizeof code ? sizeof code : size;
  (void)uc_mem_read(uc, address, code, size);
  *block = (block_t){.size = (uint16_t)size};
  for (uint32_t at = 0; at < size;) {
    uint16_t h[2] = {0};
    memcpy(h, code + at, at + 4u <= size ? 4u : 2u);
    const bool is_wide = h[0] >> 11 >= 0x1Du;
    const bool is_coprocessor = is_wide && (h[0] >> 8 & 0xECu) == 0xECu;
    block->has_fp |= is_coprocessor && (h[1] >> 9 & 7u) == 5u;    // coprocessors 10 and 11
    block->sets_limit |= h[0] >> 4 == 0xF38u && h[1] == 0x880Au;  // msr msplim
    block->spins |= h[0] == 0xE7FEu && size == 2u;
    at += is_wide ? 4u : 2u;
    ++block->count;
  }
  return block;
}

void emu_block(engine_t *engine, uint64_t address, uint32_t size, void *user) {
  (void)engine, (void)user;
  if ((address & ~1ull) == SCRATCH) {
    return;  // ours: read_stack_limit
  }
  const block_t *block = look_at((uint32_t)address & ~1u, size);
  if (block->has_fp && (*scs(0xE000ED88u) >> 20 & 0xFu) != 0xFu) {
    core.event = EVENT_NO_COPROCESSOR;
    stop();
    return;
  }
  if (core.is_stepping && core.has_stepped) {  // Unicorn may go on after a step that is a call
    stop();
    return;
  }
  core.has_stepped = true;
  if (now() + block->count > core.stop_at && !core.is_stepping) {
    core.step_to = core.stop_at;  // one by one up to the event's instruction
    stop();
    return;
  }
  if (now() >= core.slice_at ||
      (may_interrupt() && priority(first_waiting()) < running_priority())) {
    stop();
    return;
  }
  if (block->spins) {
    core.event = -1;
    stop();
    return;
  }
  if (block->sets_limit) {
    forget_stack_limit();
  }
  s.instructions += block->count;
}

void emu_event(engine_t *engine, uint32_t number, void *user) {
  (void)engine, (void)user;
  core.event = (int)number;
  stop();
}

bool emu_bad_access(engine_t *engine, int type, uint64_t address, int size, int64_t value,
                    void *user) {
  (void)engine, (void)type, (void)size, (void)value, (void)user;
  core.bad_address = (uint32_t)address;
  return false;
}

// Unicorn keeps MSPLIM to itself: an instruction on a page of our own reads it.
uint32_t read_stack_limit(void) {
  static const uint16_t CODE[] = {0xF3EF, 0x800A, 0xBF00, 0xBF00};  // mrs r0, msplim
  const uint32_t pc = get(PC), r0 = get(R0);
  (void)uc_mem_write(uc, SCRATCH, CODE, sizeof CODE);
  (void)uc_emu_start(uc, SCRATCH | 1u, RUN_UNTIL, 0, 1);
  const uint32_t limit = get(R0);
  set(R0, r0);
  set(PC, pc | 1u);
  return limit;
}

// ---- the loop ----

static uint64_t sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t next_event(void) {
  return sooner(sooner(next_byte(), next_systick()), core.disturbed_at);
}

// Interrupts that nobody needs, at pseudo-random instructions, about `mean` apart; 0: none.
void emu_disturb(uint32_t mean) {
  core.disturb_mean = mean;
  core.disturbed_at = mean != 0 ? now() + mean : NEVER;
}

static void disturb(void) {
  if (core.disturbed_at <= now()) {
    core.disturb_random = core.disturb_random * 1664525u + 1013904223u;
    core.disturbed_at = now() + 1u + (core.disturb_random >> 8) % (2u * core.disturb_mean);
    pend(IRQ0 + core.irq, true);
  }
}

static void after_event(int event) {
  if (event == EVENT_RETURN) {
    leave(get(PC));
  } else if (event == EVENT_SVC) {
    pend(SVC, true);
  } else if (event == EVENT_NO_COPROCESSOR) {
    fault(NOCP, 0);
  } else if (event == EVENT_STACK_LIMIT) {
    fault(STKOF, get(SP));
  } else if (event == EVENT_STATE) {
    fault(INVSTATE, get(PC));
  } else if (event == EVENT_UNALIGNED) {
    fault(UNALIGNED_ACCESS, core.bad_address);
  } else if (event != EVENT_SPINS) {
    fail(SURPRISE, (uint32_t)event, 0);
  } else if (running_exception() != 0 || running_priority() != NEVER_PRIORITY) {
    fail(SPINS, get(PC), running_exception());
  } else {
    core.is_asleep = true;  // an interrupt may end this loop
  }
}

static uint16_t halfword(uint32_t address) {
  uint16_t value = 0;
  (void)uc_mem_read(uc, address, &value, 2);
  return value;
}

static void execute(void) {
  enum { WFI = 0xBF30 };
  const uint16_t next = halfword(get(PC) & ~1u);
  core.is_stepping = now() < core.step_to;
  core.has_stepped = core.has_stopped = false;
  core.event = 0;
  const int error = uc_emu_start(uc, get(PC) | 1u, RUN_UNTIL, 0, core.is_stepping ? 1u : 0u);
  if (error == UC_FETCH_UNMAPPED || error == UC_FETCH_PROTECTED) {
    fault(IBUSERR, core.bad_address);
  } else if (error == UC_INSTRUCTION) {
    fault(UNDEFINSTR, get(PC));
  } else if (error != UC_OK) {
    fault(PRECISERR_BFARVALID, core.bad_address);
  } else if (core.event != 0) {
    after_event(core.event);
  } else if (!core.has_stopped) {
    const uint16_t last = core.is_stepping ? next : halfword((get(PC) & ~1u) - 2u);
    core.is_asleep = last == WFI;
    if (!core.is_asleep && !core.is_stepping) {
      fail(SURPRISE, get(PC), last);
    }
  }
}

// Ends `emu_run` after the block that runs.
void emu_ask(void) {
  core.asked = true;
  s.reason = ASKED;
  stop();
}

static int finish(reason_t reason) {
  if (!core.asked) {
    s.reason = reason;
  }
  s.pc = get(PC);
  note_serial();
  note_exceptions();
  core.asked = false;
  return (int)s.reason;
}

// Runs for about `budget` instructions. IDLE: the core sleeps and nothing here will wake it.
int emu_run(uint64_t budget) {
  core.slice_at = now() + budget;
  while (!core.asked) {
    bytes_arrive();
    systick_passes();
    disturb();
    const uint32_t waiting = first_waiting();
    core.is_asleep = core.is_asleep && waiting == 0;
    if (waiting != 0 && priority(waiting) < running_priority()) {
      enter(waiting);
    } else if (core.is_asleep && next_byte() == NEVER) {
      return finish(IDLE);
    } else if (core.is_asleep) {
      s.slept += next_event() - now();
    } else if (now() >= core.slice_at) {
      return finish(SLICE);
    } else {
      core.stop_at = next_event();
      execute();
    }
  }
  return finish(ASKED);
}

state_t *emu_open(engine_t *engine, const int *registers, uint32_t vectors, uint32_t serial,
                  uint32_t irq, read_t read, write_t write) {
  uc = engine;
  memcpy(numbers, registers, sizeof numbers);
  slow_read = read;
  slow_write = write;
  core.irq = irq;
  emu_disturb(0);
  open_exceptions(vectors, irq);
  open_serial(serial);
  uint32_t start[2];
  (void)uc_mem_read(uc, vectors, start, sizeof start);
  set(SP, start[0]);
  set(PC, start[1]);
  set(LR, 0xFFFFFFFFu);
  return &s;
}
