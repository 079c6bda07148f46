// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include <string.h>

void mcugen_copy_blocks(const mcugen_copy_blocks_t *layer, const void *in, void *out) {
  const uint8_t *from = (const uint8_t *)in + layer->in_offset;
  uint8_t *to = (uint8_t *)out + layer->out_offset;
  for (uint32_t block = 0; block < layer->count; ++block) {
    memcpy(&to[block * layer->out_step], &from[block * layer->in_step], layer->bytes);
  }
}
