// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Changes how an activation is held: int8, or the same values as int16.
#ifndef MCUGEN_KERNELS_WIDEN_H
#define MCUGEN_KERNELS_WIDEN_H

#include <stdint.h>

typedef struct {
  uint32_t count;  // elements
} mcugen_widen_t;

// `out` may be the same memory as `in`.
void mcugen_widen(const mcugen_widen_t *layer, const int8_t *in, int16_t *out);

// Back to int8; the values are known to fit. `out` may be the same memory as `in`.
void mcugen_narrow(const mcugen_widen_t *layer, const int16_t *in, int8_t *out);

#endif
