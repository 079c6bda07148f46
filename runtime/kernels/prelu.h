// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// PRELU: x where it is not negative, alpha * x elsewhere; rounded twice as gemmlowp does.
#ifndef MCUGEN_KERNELS_PRELU_H
#define MCUGEN_KERNELS_PRELU_H

#include <stdint.h>

#include "broadcast.h"
#include "requantize.h"

typedef struct {
  mcugen_broadcast_t shape;
  const int8_t *constant;  // alpha of mcugen_prelu_constant
  int32_t zero_point_x;
  int32_t zero_point_alpha;
  mcugen_requant_t above;  // from x; shift at most 23
  mcugen_requant_t below;  // from alpha * x; shift at most 15
  int32_t zero_point;
} mcugen_prelu_t;

// `out` may be the same memory as an operand that is not repeated.
void mcugen_prelu(const mcugen_prelu_t *layer, const int8_t *x, const int8_t *alpha, int8_t *out);
void mcugen_prelu_constant(const mcugen_prelu_t *layer, const int8_t *x, int8_t *out);

#endif
