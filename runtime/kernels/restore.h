// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A tensor as it is in the model, made of what is left of it: for comparing layer by layer.
#ifndef MCUGEN_KERNELS_RESTORE_H
#define MCUGEN_KERNELS_RESTORE_H

#include <stdint.h>

typedef struct {
  const int32_t *source;  // [channels]: a channel of the input, or a constant less 128
  uint32_t rows;          // values per channel
  uint32_t channels;
  uint32_t in_channels;
} mcugen_restore_t;

void mcugen_restore(const mcugen_restore_t *layer, const int8_t *in, int8_t *out);

#endif
