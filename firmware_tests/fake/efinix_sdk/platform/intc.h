// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_INTC_H
#define FAKE_INTC_H

void IntcInitialize(void);

#endif
