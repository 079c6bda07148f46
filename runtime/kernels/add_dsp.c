// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD for cores with DSP instructions: four elements per turn, in pairs of halfwords.
//
// The fine operand: gemmlowp's high multiply of (x * 2^20) * m is the rounded upper word of
// (x * 2^21) * m. The shift after it sends negative ties away from zero by adding -1; where the
// product is 0 although x < 0, that -1 changes nothing, so x stands for the product's sign.
#include "add.h"
#include "dsp.h"

enum { FINE_SHIFT = 21, COARSE_SHIFT = 19 };

MCUGEN_INLINE int8_t add_one(const mcugen_add_dsp_t *layer, uint32_t fine, uint32_t coarse) {
  const int32_t x =
      (int32_t)(fine << FINE_SHIFT);  // of the lower halfword; the upper one falls out
  const int32_t y = mcugen_smmlar(x, layer->fine_multiplier, layer->fine_half) + (x >> 31);
  const int32_t sum = (y >> layer->fine_shift) + (int32_t)(coarse << COARSE_SHIFT);
  return (int8_t)mcugen_requantize_s8(sum, layer->multiplier, layer->addend, layer->shift,
                                      MCUGEN_ROUND_DOUBLE);
}

// Elements 0 and 2 (even) or 1 and 3 (odd) of four.
MCUGEN_INLINE void add_pair(const mcugen_add_dsp_t *layer, uint32_t fine, uint32_t coarse,
                            int8_t *out) {
  out[0] = add_one(layer, fine, coarse);
  out[2] = add_one(layer, fine >> 16, coarse >> 16);
}

MCUGEN_INLINE void add_four(const mcugen_add_dsp_t *layer, uint32_t fine, uint32_t coarse,
                            int8_t out[4]) {
  add_pair(layer, mcugen_sxtab16(layer->fine_offset, fine),
           mcugen_sxtab16(layer->coarse_offset, coarse), out);
  add_pair(layer, mcugen_sxtab16_ror8(layer->fine_offset, fine),
           mcugen_sxtab16_ror8(layer->coarse_offset, coarse), out + 1);
}

void mcugen_add_s8_dsp(const mcugen_add_dsp_t *params, const int8_t *fine, const int8_t *coarse,
                       int8_t *out) {
  const mcugen_add_dsp_t layer = *params;  // in registers: `out` might point into *params
  uint32_t i = 0;
  for (; i + 4 <= layer.count; i += 4) {
    add_four(&layer, mcugen_load_word(&fine[i]), mcugen_load_word(&coarse[i]), &out[i]);
  }
  if (i < layer.count) {  // operands are readable up to the next multiple of 16 elements
    int8_t last[4];
    add_four(&layer, mcugen_load_word(&fine[i]), mcugen_load_word(&coarse[i]), last);
    for (uint32_t k = 0; i + k < layer.count; ++k) {
      out[i + k] = last[k];
    }
  }
}
