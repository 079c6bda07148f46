// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The private peripheral bus: SysTick, NVIC, system control, DWT's cycle counter, which counts
// instructions.
#include "core.h"

static uint64_t cycle_base, systick_at = NEVER;
static uint32_t cycles_before, demcr, dwt_control = 0x40000000u;

uint64_t next_systick(void) { return systick_at; }

void systick_passes(void) {
  while (systick_at <= now()) {
    systick_at += (*scs(0xE000E014u) & 0xFFFFFFu) + 1u;
    *scs(0xE000E010u) |= 1u << 16;
    if ((*scs(0xE000E010u) & 2u) != 0) {
      pend(SYSTICK, true);
    }
  }
}

static uint32_t cycles(void) {
  const bool counts = (dwt_control & 1u) != 0 && (demcr >> 24 & 1u) != 0;
  return cycles_before + (counts ? (uint32_t)(s.instructions - cycle_base) : 0u);
}

static void restart_counter(uint32_t value) {
  cycles_before = value;
  cycle_base = s.instructions;
}

static uint32_t systick_value(void) {
  return systick_at == NEVER || systick_at < now() ? 0 : (uint32_t)(systick_at - now());
}

uint64_t emu_ppb_read(engine_t *engine, uint64_t offset, unsigned size, void *user) {
  (void)engine, (void)user;
  const uint32_t a = 0xE0000000u + (uint32_t)offset, word = a & ~3u;
  if (word == 0xE0001000u) {
    return dwt_control;
  }
  if (word == 0xE0001004u) {
    return cycles();
  }
  if (word < 0xE000E000u || word >= 0xE000F000u) {
    return slow_read(engine, a, size, NULL);
  }
  uint32_t value = *scs(word);
  if (word == 0xE000E018u) {
    value = systick_value();
  } else if (word == 0xE000EDFCu) {
    value = demcr;
  } else if (word >= 0xE000E180u && word < 0xE000E1C0u) {
    value = *scs(word - 0x80u);
  } else if (word == 0xE000ED00u) {
    value = 0x410FD214u;  // CPUID: Cortex-M33 r0p4
  } else if (word == 0xE000ED04u) {
    value = running_exception();
    value |= is_pended(SYSTICK) ? 1u << 26 : 0u;
  }
  return value >> 8u * (a & 3u);
}

static void start_systick(void) {
  const bool runs = (*scs(0xE000E010u) & 1u) != 0;
  systick_at = runs ? now() + (*scs(0xE000E014u) & 0xFFFFFFu) + 1u : NEVER;
}

static void write_scs(uint32_t word, uint32_t value) {
  if (word >= 0xE000E100u && word < 0xE000E140u) {
    *scs(word) |= value;
  } else if (word >= 0xE000E180u && word < 0xE000E1C0u) {
    *scs(word - 0x80u) &= ~value;
  } else if (word >= 0xE000E200u && word < 0xE000E2C0u) {
    for (uint32_t i = 0; i < 32u; ++i) {
      const uint32_t e = IRQ0 + (word & 0x3Fu) * 8u + i;
      if ((value >> i & 1u) != 0 && e < EXCEPTIONS) {
        pend(e, word < 0xE000E280u);
      }
    }
  } else if (word == 0xE000ED28u || word == 0xE000ED2Cu) {
    *scs(word) &= ~value;  // CFSR, HFSR: ones clear
  } else if (word == 0xE000ED04u) {
    pend(PENDSV, is_pended(PENDSV) || (value >> 28 & 1u) != 0);
    pend(SYSTICK, (is_pended(SYSTICK) || (value >> 26 & 1u) != 0) && (value >> 25 & 1u) == 0);
  } else if (word == 0xE000EDFCu) {
    restart_counter(cycles());
    demcr = value;
  } else {
    *scs(word) = value;
  }
  if (word == 0xE000E010u || word == 0xE000E018u) {
    start_systick();
  }
}

void emu_ppb_write(engine_t *engine, uint64_t offset, unsigned size, uint64_t value, void *user) {
  (void)user;
  const uint32_t a = 0xE0000000u + (uint32_t)offset, word = a & ~3u;
  if (word == 0xE0001000u) {
    restart_counter(cycles());
    dwt_control = 0x40000000u | ((uint32_t)value & 1u);
  } else if (word == 0xE0001004u) {
    restart_counter((uint32_t)value);
  } else if (word < 0xE000E000u || word >= 0xE000F000u) {
    slow_write(engine, a, size, value, NULL);
  } else {
    const uint32_t shift = 8u * (a & 3u),
                   mask = size == 4 ? UINT32_MAX : ((1u << 8u * size) - 1u) << shift;
    const bool sets = word >= 0xE000E100u && word < 0xE000E300u;
    write_scs(word, (sets ? 0u : *scs(word) & ~mask) | ((uint32_t)value << shift & mask));
  }
  first_waiting();
}
