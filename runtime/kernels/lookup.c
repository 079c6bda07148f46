// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "lookup.h"

void mcugen_lookup(const mcugen_lookup_t *layer, const int8_t *in, int8_t *out) {
  const int8_t *of_zero = layer->table + 128;
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = of_zero[in[i]];
  }
}
