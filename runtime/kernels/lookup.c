// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "lookup.h"

// Four at a time: all loads before the lookups, so that no instruction waits for the one before
// it.
void mcugen_lookup(const mcugen_lookup_t *layer, const int8_t *in, int8_t *out) {
  const int8_t *of_zero = layer->table + 128;
  uint32_t left = layer->count;
  for (; left >= 4; left -= 4) {
    const int8_t values[4] = {in[0], in[1], in[2], in[3]};
    const int8_t found[4] = {of_zero[values[0]], of_zero[values[1]], of_zero[values[2]],
                             of_zero[values[3]]};
    out[0] = found[0];
    out[1] = found[1];
    out[2] = found[2];
    out[3] = found[3];
    in += 4;
    out += 4;
  }
  for (; left != 0; --left) {
    *out++ = of_zero[*in++];
  }
}
