// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Any function of one int8 value: a table of its 256 results, which the generator computes.
#ifndef MCUGEN_KERNELS_LOOKUP_H
#define MCUGEN_KERNELS_LOOKUP_H

#include <stdint.h>

typedef struct {
  const int8_t *table;  // [256], results for -128..127
  uint32_t count;       // elements
} mcugen_lookup_t;

// `out` may be the same memory as `in`.
void mcugen_lookup(const mcugen_lookup_t *layer, const int8_t *in, int8_t *out);

#endif
