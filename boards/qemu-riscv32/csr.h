// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Control and status registers of a RISC-V hart (The RISC-V Instruction Set Manual, volume II).
#ifndef QEMU_RISCV32_CSR_H
#define QEMU_RISCV32_CSR_H

#include <stdint.h>

#define CSR_READ(name)                                     \
  ({                                                       \
    uint32_t csr_value;                                    \
    __asm__ volatile("csrr %0, " #name : "=r"(csr_value)); \
    csr_value;                                             \
  })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define CSR_SET(name, bits) __asm__ volatile("csrs " #name ", %0" ::"r"(bits) : "memory")

#define MSTATUS_INTERRUPTS (1u << 3)    // mstatus.MIE
#define MSTATUS_FPU_INITIAL (1u << 13)  // mstatus.FS
#define MIE_EXTERNAL (1u << 11)         // mie.MEIE
#define PMP_READ 1u
#define PMP_WRITE 2u
#define PMP_EXECUTE 4u
#define PMP_UP_TO_ADDRESS (1u << 3)       // TOR: from the entry before
#define PMP_BINDS_MACHINE_MODE (1u << 7)  // L

#endif
