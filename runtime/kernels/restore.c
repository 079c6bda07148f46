// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "restore.h"

void mcugen_restore(const mcugen_restore_t *layer, const int8_t *in, int8_t *out) {
  for (uint32_t row = 0; row < layer->rows; ++row) {
    for (uint32_t channel = 0; channel < layer->channels; ++channel) {
      const int32_t source = layer->source[channel];
      *out++ = source < 0 ? (int8_t)(source + 128) : in[source];
    }
    in += layer->in_channels;
  }
}
