// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Board port for a POSIX process: standard input and output are the serial port.
#define _POSIX_C_SOURCE 200809L

#include "port.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__) && defined(__ARM_FEATURE_DOTPROD)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#define NANOSECONDS_PER_SECOND 1000000000u

static const char *pin_path;

void mcugen_port_init(void) {
  pin_path = getenv("MCUGEN_PIN");
#if defined(__linux__) && defined(__ARM_FEATURE_DOTPROD)
  if ((getauxval(AT_HWCAP) & HWCAP_ASIMDDP) == 0) {
    mcugen_port_fatal(
        "compiled for SDOT, which this processor lacks (asimddp in /proc/cpuinfo): build for a "
        "board whose cpu_flags name this processor");
  }
#endif
}

size_t mcugen_port_read(uint8_t *bytes, size_t capacity) {
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, bytes, capacity);
    if (count > 0) {
      return (size_t)count;
    }
    if (count == 0) {
      exit(EXIT_SUCCESS);  // the host has closed the pipe
    }
    if (errno != EINTR) {
      perror("read");
      exit(EXIT_FAILURE);
    }
  }
}

bool mcugen_port_has_bytes(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&input, 1, 0) > 0;  // also at end of file, which mcugen_port_read must see
}

void mcugen_port_write(const uint8_t *bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written >= 0) {
      bytes += written;
      count -= (size_t)written;
    } else if (errno != EINTR) {
      exit(EXIT_FAILURE);  // nobody reads any more
    }
  }
}

mcugen_status_t mcugen_port_set_baud(uint32_t baud) {
  (void)baud;
  return MCUGEN_STATUS_UNSUPPORTED;
}

uint32_t mcugen_port_receive_overruns(void) { return 0; }

uint64_t mcugen_port_ticks(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t mcugen_port_ticks_per_second(void) { return NANOSECONDS_PER_SECOND; }

// A process has no pin: its edges are lines "<ticks> <level>" of the file that MCUGEN_PIN names.
void mcugen_port_mark(bool is_high) {
  static FILE *edges;
  if (edges == NULL && pin_path != NULL) {
    edges = fopen(pin_path, "a");
    pin_path = NULL;
  }
  if (edges != NULL) {
    (void)fprintf(edges, "%llu %d\n", (unsigned long long)mcugen_port_ticks(), is_high ? 1 : 0);
    (void)fflush(edges);
  }
}

uint32_t mcugen_port_stack_used_bytes(void) { return 0; }

_Noreturn void mcugen_port_fatal(const char *reason) {
  static const char BEFORE[] = "\0mcugen fatal: ";
  static const char AFTER[] = "\r\n";
  mcugen_port_write((const uint8_t *)BEFORE, sizeof(BEFORE) - 1u);
  mcugen_port_write((const uint8_t *)reason, strlen(reason));
  mcugen_port_write((const uint8_t *)AFTER, sizeof(AFTER));  // and its terminating zero
  exit(EXIT_FAILURE);
}
