// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The seam to a board. boards/<board>/port.c implements it and is the only file with vendor
// headers.
#ifndef MCUGEN_PORT_H
#define MCUGEN_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

// Clocks, caches, UART and tick counter. Called first; does not return if the board is unusable.
void mcugen_port_init(void);

// Waits, asleep, until at least one byte has come; returns 1..capacity bytes.
// On a board whose host can go away for good (a pipe), ends the program at end of file.
size_t mcugen_port_read(uint8_t *bytes, size_t capacity);

// True if mcugen_port_read would return at once: asked between two inferences of a long request. A
// port without it has every request finished.
__attribute__((weak)) bool mcugen_port_has_bytes(void);

// Writes all bytes; may return before the last one is on the wire.
void mcugen_port_write(const uint8_t *bytes, size_t count);

// Bytes dropped since start because the receive buffer was full: the buffer of a port holds at
// least two of the largest requests, so this counts a fault.
uint32_t mcugen_port_receive_overruns(void);

// Changes the UART's rate once everything written has left; MCUGEN_STATUS_UNSUPPORTED where there
// is no rate to change. A break (a zero byte sent at the slower rate of start) goes back to that
// rate, so that a new session finds the device whatever ended the last one.
mcugen_status_t mcugen_port_set_baud(uint32_t baud);

// Free-running 64-bit counter. The unit is board data (`[ticks] unit`): cycles, instructions or
// nanoseconds.
uint64_t mcugen_port_ticks(void);

// Ticks per second of real time, or 0 where a tick is not a time (an emulator's instructions).
uint64_t mcugen_port_ticks_per_second(void);

// Drives a pin, for an instrument that records the supply: high while an inference runs, or, in a
// firmware for MLPerf Tiny's energy mode, high but for a pulse at each time stamp. A port without
// it has no such pin.
__attribute__((weak)) void mcugen_port_mark(bool is_high);

// Deepest stack use since start, in bytes; 0 where it is not measured.
uint32_t mcugen_port_stack_used_bytes(void);

// Writes "\0mcugen fatal: <reason>\r\n\0" and stops, from any context. Never returns.
_Noreturn void mcugen_port_fatal(const char *reason);

#ifdef __cplusplus
}
#endif

#endif
