// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_CLINT_H
#define FAKE_CLINT_H

#include "bsp.h"

#ifdef __cplusplus
extern "C"
#endif
    u64 clint_getTime(u32 clint);  // every call is 100 ticks later than the one before

#endif
