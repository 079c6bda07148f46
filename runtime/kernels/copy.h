// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Moves a block of values from one place of a tensor to one place of another: what CONCATENATION,
// PAD, TRANSPOSE and their like are made of. The element type does not matter.
#ifndef MCUGEN_KERNELS_COPY_H
#define MCUGEN_KERNELS_COPY_H

#include <stdint.h>

enum { MCUGEN_COPY_AXES = 5 };

// Outermost axis first. A step is the way, in bytes, from one index to the next.
typedef struct {
  const void *constant;  // what mcugen_copy_constant reads
  uint32_t run;          // bytes that lie together on both sides
  uint32_t in_start;     // byte of the first run
  uint32_t out_start;
  uint32_t sizes[MCUGEN_COPY_AXES];
  int32_t in_steps[MCUGEN_COPY_AXES];
  int32_t out_steps[MCUGEN_COPY_AXES];
} mcugen_copy_t;

void mcugen_copy(const mcugen_copy_t *layer, const void *in, void *out);
void mcugen_copy_constant(const mcugen_copy_t *layer, void *out);

typedef struct {
  uint32_t count;  // bytes
  int32_t value;   // int8
} mcugen_fill_t;

void mcugen_fill(const mcugen_fill_t *layer, void *out);

#endif
