// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in with the names that ports use of Zephyr, to their documented meaning.
#ifndef FAKE_ZEPHYR_DEVICE_H
#define FAKE_ZEPHYR_DEVICE_H

#include <stdbool.h>

struct device {
  int number;
};
extern const struct device fake_uart;
#define DT_CHOSEN(name) name
#define DEVICE_DT_GET(node) (&fake_uart)

bool device_is_ready(const struct device *device);

#endif
