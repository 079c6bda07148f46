// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "gather.h"

#include <string.h>

void mcugen_gather_runs(const mcugen_gather_runs_t *layer, const void *in, void *out) {
  const uint8_t *from = in;
  uint8_t *to = out;
  for (uint32_t i = 0; i < layer->count; ++i) {
    const uint32_t place = layer->places != NULL ? layer->places[i] : layer->wide_places[i];
    memcpy(&to[i * layer->run], &from[place], layer->run);
  }
}

void mcugen_gather(const mcugen_gather_t *layer, const void *in, const int32_t *indices,
                   void *out) {
  const uint8_t *from = in;
  uint8_t *to = out;
  const int32_t last = (int32_t)layer->size - 1;
  for (uint32_t outer = 0; outer < layer->outer; ++outer) {
    for (uint32_t i = 0; i < layer->count; ++i) {
      const int32_t index = indices[i] < 0 ? 0 : indices[i] > last ? last : indices[i];
      memcpy(to, &from[(uint32_t)index * layer->block], layer->block);
      to += layer->block;
    }
    from += layer->size * layer->block;
  }
}

void mcugen_gather_constant(const mcugen_gather_t *layer, const int32_t *indices, void *out) {
  mcugen_gather(layer, layer->constant, indices, out);
}
