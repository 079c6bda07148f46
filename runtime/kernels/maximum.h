// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MAXIMUM and MINIMUM of equally quantised int8 operands.
#ifndef MCUGEN_KERNELS_MAXIMUM_H
#define MCUGEN_KERNELS_MAXIMUM_H

#include <stdint.h>

#include "broadcast.h"

typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // operand b of the _constant functions
} mcugen_maximum_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_maximum(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_minimum(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b, int8_t *out);
void mcugen_maximum_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out);
void mcugen_minimum_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out);

// The same for cores with DSP instructions.
void mcugen_maximum_dsp(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b,
                        int8_t *out);
void mcugen_minimum_dsp(const mcugen_maximum_t *layer, const int8_t *a, const int8_t *b,
                        int8_t *out);
void mcugen_maximum_dsp_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out);
void mcugen_minimum_dsp_constant(const mcugen_maximum_t *layer, const int8_t *a, int8_t *out);

#endif
