// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "widen.h"

#include "dsp.h"

// From the last element to the first: element i is written at byte 2i, where nothing that is still
// to be read can be (out may be in).
void mcugen_widen(const mcugen_widen_t *layer, const int8_t *in, int16_t *out) {
  uint32_t i = layer->count;
  while (i % 4 != 0) {
    --i;
    out[i] = in[i];
  }
  while (i != 0) {
    i -= 4;
    const uint32_t word = mcugen_load_word(&in[i]);
    const uint32_t even = mcugen_sxtb16(word);
    const uint32_t odd = mcugen_sxtb16_ror8(word);
    mcugen_store_word(&out[i], mcugen_pack_low(even, odd));
    mcugen_store_word(&out[i + 2], mcugen_pack_high(even, odd));
  }
}

void mcugen_narrow(const mcugen_widen_t *layer, const int16_t *in, int8_t *out) {
  for (uint32_t i = 0; i < layer->count; ++i) {
    out[i] = (int8_t)in[i];
  }
}
