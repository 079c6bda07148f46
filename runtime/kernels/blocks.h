// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// SPLIT, UNPACK and PACK: blocks of bytes, so that the element type is open. A smaller struct than
// that of copy.h, because unrolled recurrent networks have hundreds of these calls.
#ifndef MCUGEN_KERNELS_BLOCKS_H
#define MCUGEN_KERNELS_BLOCKS_H

#include <stdint.h>

// `count` blocks of `bytes`, from in + in_offset at distances of in_step to out + out_offset at
// distances of out_step.
typedef struct {
  uint32_t count;
  uint32_t bytes;
  uint32_t in_offset;
  uint32_t in_step;
  uint32_t out_offset;
  uint32_t out_step;
} mcugen_copy_blocks_t;

void mcugen_copy_blocks(const mcugen_copy_blocks_t *layer, const void *in, void *out);

#endif
