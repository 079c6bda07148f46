// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MEAN over any axes: out = clamp(zero_point + requantize(offset + sum)). The division by the
// number of elements is part of the factor, as in TFLite, so its multiplier may be below 2^30.
#ifndef MCUGEN_KERNELS_MEAN_H
#define MCUGEN_KERNELS_MEAN_H

#include <stdint.h>

#include "requantize.h"

enum { MCUGEN_MEAN_AXES = 3 };

// Outermost axis first; neighbours that are both kept or both summed over are one. A step is the
// way, in elements, from one index to the next.
typedef struct {
  uint32_t sizes[MCUGEN_MEAN_AXES];
  uint32_t steps[MCUGEN_MEAN_AXES];
} mcugen_mean_axes_t;

typedef struct {
  mcugen_mean_axes_t kept;
  mcugen_mean_axes_t summed;
  int32_t offset;  // minus the input's zero point, times the elements of a sum
  mcugen_requant_t by;
  int32_t zero_point;
} mcugen_mean_t;

void mcugen_mean(const mcugen_mean_t *layer, const int8_t *in, int8_t *out);

// The same for Helium: at least 16 values of the last kept axis side by side, and a shift to the
// right, by at least 1.
void mcugen_mean_mve(const mcugen_mean_t *layer, const int8_t *in, int8_t *out);

#endif
