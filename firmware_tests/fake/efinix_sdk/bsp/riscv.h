// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_RISCV_H
#define FAKE_RISCV_H

#define csr_read(name) 0u

#endif
