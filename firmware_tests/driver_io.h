// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What a test program needs of the machine it runs on; driver_io_host.c and driver_io_an505.c.
#ifndef DRIVER_IO_H
#define DRIVER_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Fills `data`; false when the input has ended.
bool driver_read(void *data, size_t bytes);

void driver_write(const void *data, size_t bytes);

// Instructions since start where they can be counted (in steps of 50 in QEMU), else 0.
uint32_t driver_instructions(void);

#endif
