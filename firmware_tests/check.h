// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Asserts of the C tests: each failure prints place and both values; check_report() is main's
// result.
#ifndef MCUGEN_CHECK_H
#define MCUGEN_CHECK_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>

static unsigned check_count;
static unsigned check_failures;

#define CHECK(condition) check_values(__FILE__, __LINE__, #condition, (condition), 0.0, 1.0)
#define CHECK_EQUAL(actual, expected)                                                 \
  check_values(__FILE__, __LINE__, #actual, (actual) == (expected), (double)(actual), \
               (double)(expected))
#define CHECK_NEAR(actual, expected, tolerance)                                    \
  check_values(__FILE__, __LINE__, #actual,                                        \
               fabs((double)(actual) - (double)(expected)) <= (double)(tolerance), \
               (double)(actual), (double)(expected))

static inline void check_values(const char *file, int line, const char *what, int holds,
                                double actual, double expected) {
  ++check_count;
  if (!holds && ++check_failures <= 20) {
    printf("%s:%d: %s is %.9g, not %.9g\n", file, line, what, actual, expected);
  }
}

static inline int check_report(void) {
  printf("%u checks, %u failed\n", check_count, check_failures);
  return check_failures == 0 ? 0 : 1;
}

#endif
