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

static uint32_t inside(int32_t index, uint32_t size) {
  const int32_t last = (int32_t)size - 1;
  return (uint32_t)(index < 0 ? 0 : index > last ? last : index);
}

void mcugen_gather(const mcugen_gather_t *layer, const void *in, const int32_t *indices,
                   void *out) {
  const uint8_t *from = in;
  uint8_t *to = out;
  for (uint32_t outer = 0; outer < layer->outer; ++outer) {
    for (uint32_t i = 0; i < layer->count; ++i) {
      memcpy(to, &from[inside(indices[i], layer->size) * layer->block], layer->block);
      to += layer->block;
    }
    from += layer->size * layer->block;
  }
}

void mcugen_gather_constant(const mcugen_gather_t *layer, const int32_t *indices, void *out) {
  mcugen_gather(layer, layer->constant, indices, out);
}

void mcugen_gather_nd(const mcugen_gather_nd_t *layer, const void *in, const int32_t *indices,
                      void *out) {
  const uint8_t *from = in;
  uint8_t *to = out;
  for (uint32_t i = 0; i < layer->count; ++i) {
    uint32_t place = 0;
    for (uint32_t axis = 0; axis < layer->axes; ++axis) {
      place += inside(*indices++, layer->sizes[axis]) * layer->steps[axis];
    }
    memcpy(&to[i * layer->block], &from[place], layer->block);
  }
}

void mcugen_gather_nd_constant(const mcugen_gather_nd_t *layer, const int32_t *indices, void *out) {
  mcugen_gather_nd(layer, layer->constant, indices, out);
}
