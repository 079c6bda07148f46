// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD for cores with DSP instructions: four elements per turn, in pairs of halfwords.
//
// The fine operand: gemmlowp's high multiply of (x * 2^20) * m is the rounded upper word of
// (x * 2^21) * m. The shift after it sends negative ties away from zero by adding -1; where the
// product is 0 although x < 0, that -1 changes nothing, so x stands for the product's sign.
#include "add.h"

#include "broadcast_dsp.h"

enum { FINE_SHIFT = 21, COARSE_SHIFT = 19 };

// Of the lower halfwords; the upper ones are shifted out.
MCUGEN_INLINE int32_t add_one(const mcugen_add_dsp_t *layer, uint32_t fine, uint32_t coarse) {
  const int32_t x = (int32_t)(fine << FINE_SHIFT);
  const int32_t y = mcugen_smmlar(x, layer->fine_multiplier, layer->fine_half) + (x >> 31);
  const int32_t sum = (y >> layer->fine_shift) + (int32_t)(coarse << COARSE_SHIFT);
  return mcugen_requantize_s8(sum, layer->multiplier, layer->addend, layer->shift,
                              MCUGEN_ROUND_DOUBLE);
}

MCUGEN_INLINE uint32_t add_four(const void *params, uint32_t fine, uint32_t coarse) {
  const mcugen_add_dsp_t *layer = params;
  const uint32_t fine_even = mcugen_sxtab16(layer->fine_offset, fine);
  const uint32_t coarse_even = mcugen_sxtab16(layer->coarse_offset, coarse);
  const int32_t v0 = add_one(layer, fine_even, coarse_even);
  const int32_t v2 = add_one(layer, mcugen_after(fine_even, v0) >> 16, coarse_even >> 16);
  const uint32_t fine_odd = mcugen_sxtab16_ror8(layer->fine_offset, mcugen_after(fine, v2));
  const uint32_t coarse_odd = mcugen_sxtab16_ror8(layer->coarse_offset, mcugen_after(coarse, v2));
  const int32_t v1 = add_one(layer, fine_odd, coarse_odd);
  const int32_t v3 = add_one(layer, mcugen_after(fine_odd, v1) >> 16, coarse_odd >> 16);
  return mcugen_pack_bytes(v0, v1, v2, v3);
}

// Not inlined: the loops over rows would take registers from the one over values.
static __attribute__((noinline)) void add_row(const void *params, mcugen_row_t row) {
  const mcugen_add_dsp_t layer = *(const mcugen_add_dsp_t *)params;
  if (layer.fine_is_b != 0) {
    row = (mcugen_row_t){row.b, row.a, row.out, row.b_step, row.a_step, row.count};
  }
  mcugen_row_by_words(&layer, row, add_four);
}

void mcugen_add_s8_dsp(const mcugen_add_dsp_t *layer, const int8_t *a, const int8_t *b,
                       int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, add_row, layer);
  mcugen_clamp_by_words(out, layer->count, layer->low, layer->high);
}

void mcugen_add_s8_dsp_constant(const mcugen_add_dsp_t *layer, const int8_t *a, int8_t *out) {
  mcugen_add_s8_dsp(layer, a, layer->constant, out);
}
