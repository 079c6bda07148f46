// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in: see zephyr/device.h. The kernel's one semaphore is a counter; waiting for it in vain
// ends the program.
#ifndef FAKE_ZEPHYR_KERNEL_H
#define FAKE_ZEPHYR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_MAIN_STACK_SIZE 8192
#ifndef FAKE_SHORT_COUNTER
#define CONFIG_TIMER_HAS_64BIT_CYCLE_COUNTER 1
#endif
#define K_ERR_STACK_CHK_FAIL 2u
#define K_FOREVER (-1)

struct k_sem {
  unsigned int count;
  unsigned int limit;
};
#define K_SEM_DEFINE(name, initial, most) struct k_sem name = {initial, most}

struct arch_esf;
struct k_thread;

int k_sem_take(struct k_sem *semaphore, int timeout);
void k_sem_give(struct k_sem *semaphore);
struct k_thread *k_current_get(void);
int k_thread_stack_space_get(const struct k_thread *thread, size_t *unused);
uint64_t k_cycle_get_64(void);
uint32_t k_cycle_get_32(void);
uint64_t k_cyc_to_ns_floor64(uint64_t cycles);
unsigned int irq_lock(void);
void k_cpu_idle(void);
void k_panic(void);
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *frame);

#endif
