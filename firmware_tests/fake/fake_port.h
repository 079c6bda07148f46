// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A port without a wire: what the firmware writes is kept for the test to read.
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_PORT_BYTES 8192u

extern uint8_t fake_port_written[FAKE_PORT_BYTES];
extern size_t fake_port_written_bytes;
extern bool fake_port_has_bytes;           // something waits to be read
extern uint64_t fake_port_ticks_per_look;  // 10^6 of them are a second to the harness

void fake_port_clear(void);

#endif
