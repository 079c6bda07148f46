// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Memories, exceptions and their priorities, entry and return.
#include <string.h>

#include "core.h"

enum { MEMORIES = 32, NEST = 8, WORDS = 0x400, KEPT = 24 };

typedef struct {
  uint32_t base, size, is_on;
} memory_t;

static memory_t memories[MEMORIES];
static unsigned memory_count;
static uint32_t space[WORDS];  // from 0xE000E000 on
static uint32_t active[NEST], kept[NEST][KEPT], depth, serial_irq, limit;
static bool pended[EXCEPTIONS], waits, limit_is_known;

void open_exceptions(uint32_t vectors, uint32_t irq) {
  *scs(0xE000ED08u) = vectors;
  serial_irq = irq;
}

void pend(uint32_t exception, bool yes) { pended[exception] = yes; }

bool is_pended(uint32_t exception) { return pended[exception]; }

uint32_t running_exception(void) { return depth != 0 ? active[depth - 1u] : 0; }

bool may_interrupt(void) { return waits; }

void forget_stack_limit(void) { limit_is_known = false; }

// ---- memory ----

void emu_memory(uint32_t base, uint32_t size, uint32_t is_on) {
  unsigned i = 0;
  while (i < memory_count && memories[i].base != base) {
    ++i;
  }
  memories[i] = (memory_t){base, size, is_on};
  memory_count += i == memory_count;
}

static bool is_there(uint32_t address, uint32_t size) {
  for (unsigned i = 0; i < memory_count; ++i) {
    const memory_t *m = &memories[i];
    if (address >= m->base && address + size <= m->base + m->size) {
      return m->is_on != 0;
    }
  }
  return false;
}

// ---- exceptions and their priorities ----

uint32_t *scs(uint32_t address) { return &space[(address - 0xE000E000u) / 4u]; }

static uint32_t byte_of(uint32_t address) {
  return *scs(address & ~3u) >> 8u * (address & 3u) & 0xFFu;
}

int priority(uint32_t exception) {
  if (exception <= HARD_FAULT) {
    return (int)exception - 4;
  }
  return (int)(exception < IRQ0 ? byte_of(0xE000ED14u + exception)
                                : byte_of(0xE000E400u + exception - IRQ0));
}

int running_priority(void) {
  int lowest = NEVER_PRIORITY;
  for (uint32_t i = 0; i < depth; ++i) {
    const int each = priority(active[i]);
    lowest = each < lowest ? each : lowest;
  }
  const int base = (int)(get(BASEPRI) & 0xFFu);
  lowest = base != 0 && base < lowest ? base : lowest;
  lowest = (get(PRIMASK) & 1u) != 0 && lowest > 0 ? 0 : lowest;
  return (get(FAULTMASK) & 1u) != 0 && lowest > -1 ? -1 : lowest;
}

static bool is_irq_enabled(uint32_t irq) {
  return (*scs(0xE000E100u + irq / 32u * 4u) >> irq % 32u & 1u) != 0;
}

static bool is_active(uint32_t exception) {
  for (uint32_t i = 0; i < depth; ++i) {
    if (active[i] == exception) {
      return true;
    }
  }
  return false;
}

// The exception that waits and would be taken first; 0 where none is enabled.
uint32_t first_waiting(void) {
  uint32_t best = 0;
  for (uint32_t e = SVC; e < EXCEPTIONS; ++e) {
    const bool asks = pended[e] || (e == IRQ0 + serial_irq && serial_asks() && !is_active(e));
    if (asks && (e < IRQ0 || is_irq_enabled(e - IRQ0)) &&
        (best == 0 || priority(e) < priority(best))) {
      best = e;
    }
  }
  waits = best != 0;
  return best;
}

static uint32_t stack_limit(void) {
  if (!limit_is_known) {
    limit = read_stack_limit();
    limit_is_known = true;
  }
  return limit;
}

void enter(uint32_t exception) {
  const uint32_t control = get(CONTROL), xpsr = get(XPSR), sp = get(SP);
  const bool has_fp = (control & 4u) != 0;
  const uint32_t size = has_fp ? 104u : 32u, pad = sp & 4u;
  uint32_t frame[26] = {0};
  for (int i = 0; i <= PC; ++i) {
    frame[i] = get(i);  // r0 to r3, r12, lr, pc
  }
  frame[6] &= ~1u;
  frame[7] = (xpsr & ~0x200u) | (pad != 0 ? 0x200u : 0u) | 1u << 24;
  for (int i = 0; has_fp && i < 16; ++i) {
    frame[8 + i] = get(S0 + i);
  }
  frame[24] = get(FPSCR);
  uint32_t to = sp - pad - size;
  if (to < stack_limit()) {
    *scs(0xE000ED28u) |= STKOF;
    to = stack_limit();
    exception = exception > HARD_FAULT ? HARD_FAULT : exception;
  } else if (!is_there(to, size)) {
    fail(UNCLOCKED_STACK, to, exception);
    return;
  } else {
    (void)uc_mem_write(uc, to, frame, size);
  }
  if (depth == NEST) {
    fail(LOCKUP, 0, exception);
    return;
  }
  for (int i = 0; i < 24; ++i) {
    kept[depth][i] = get(i < 8 ? R4 + i : S0 + 8 + i);  // r4 to r11, s16 to s31
  }
  active[depth++] = exception;
  pended[exception] = false;
  uint32_t vector = 0;
  (void)uc_mem_read(uc, *scs(0xE000ED08u) + 4u * exception, &vector, 4);
  set(SP, to);
  set(LR, has_fp ? 0xFFFFFFE9u : 0xFFFFFFF9u);
  set(CONTROL, control & ~0xCu);
  set(XPSR, 1u << 24 | exception);
  set(PC, vector);
  s.interrupts += exception >= SYSTICK;
  s.exception = exception;
  if ((vector & 1u) == 0 || !is_there(vector & ~1u, 2)) {
    fail(LOCKUP, vector, exception);
  }
}

void leave(uint32_t how) {
  if (depth == 0) {
    fail(LOCKUP, how, 0);
    return;
  }
  const bool has_fp = (how & 0x10u) == 0;
  uint32_t frame[26], sp = get(SP);
  (void)uc_mem_read(uc, sp, frame, has_fp ? 104u : 32u);
  const uint32_t exception = active[--depth];
  for (int i = 0; i < 24; ++i) {
    if (kept[depth][i] != get(i < 8 ? R4 + i : S0 + 8 + i)) {
      fail(LOST_REGISTERS, (uint32_t)i, exception);
    }
  }
  for (int i = 0; i < 6; ++i) {
    set(i, frame[i]);
  }
  for (int i = 0; has_fp && i < 16; ++i) {
    set(S0 + i, frame[8 + i]);
  }
  if (has_fp) {
    set(FPSCR, frame[24]);
  }
  set(CONTROL, (get(CONTROL) & ~0xCu) | (has_fp ? 0xCu : 0u));
  set(SP, sp + (has_fp ? 104u : 32u) + ((frame[7] & 0x200u) != 0 ? 4u : 0u));
  set(XPSR, frame[7] & ~0x200u);
  set(PC, frame[6] | 1u);
  first_waiting();
}

void fault(uint32_t cfsr, uint32_t address) {
  *scs(0xE000ED28u) |= cfsr;
  if ((cfsr & PRECISERR_BFARVALID) == PRECISERR_BFARVALID) {
    *scs(0xE000ED38u) = address;
  }
  if (s.faults++ == 0) {
    s.fault_cfsr = cfsr;
    s.fault_address = address;
    s.fault_pc = get(PC);
    s.fault_lr = get(LR);
  }
  const uint32_t kind = cfsr < 1u << 8 ? MEMORY_FAULT : cfsr < 1u << 16 ? BUS_FAULT : USAGE_FAULT;
  const bool is_enabled = (*scs(0xE000ED24u) >> (12u + kind) & 1u) != 0;
  const int running = running_priority();
  if (running <= -1) {
    fail(LOCKUP, address, HARD_FAULT);
  } else if (is_enabled && priority(kind) < running) {
    enter(kind);
  } else {
    *scs(0xE000ED2Cu) |= 1u << 30;  // HFSR.FORCED
    enter(HARD_FAULT);
  }
}

void note_exceptions(void) { s.irq_is_enabled = is_irq_enabled(serial_irq); }
