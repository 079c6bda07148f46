// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_ACCEL_SETTINGS_H
#define FAKE_ACCEL_SETTINGS_H

#include <stdint.h>

void init_accel(int32_t hart);

#endif
