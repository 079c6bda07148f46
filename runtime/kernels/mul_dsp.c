// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// MUL for cores with DSP instructions: four elements per turn, in pairs of halfwords.
#include "mul.h"

#include "broadcast_dsp.h"

MCUGEN_INLINE int32_t requantized(const mcugen_mul_dsp_t *layer, int32_t product) {
  return mcugen_requantize_s8(product, layer->multiplier, layer->addend, layer->shift,
                              MCUGEN_ROUND_DOUBLE);
}

MCUGEN_INLINE uint32_t mul_four(const void *params, uint32_t a, uint32_t b) {
  const mcugen_mul_dsp_t *layer = params;
  const uint32_t a_even = mcugen_sxtab16(layer->offset_a, a);
  const uint32_t b_even = mcugen_sxtab16(layer->offset_b, b);
  const int32_t v0 = requantized(layer, mcugen_smulbb(a_even, b_even));
  const int32_t v2 = requantized(layer, mcugen_smultt(mcugen_after(a_even, v0), b_even));
  const uint32_t a_odd = mcugen_sxtab16_ror8(layer->offset_a, mcugen_after(a, v2));
  const uint32_t b_odd = mcugen_sxtab16_ror8(layer->offset_b, mcugen_after(b, v2));
  const int32_t v1 = requantized(layer, mcugen_smulbb(a_odd, b_odd));
  const int32_t v3 = requantized(layer, mcugen_smultt(mcugen_after(a_odd, v1), b_odd));
  return mcugen_pack_bytes(v0, v1, v2, v3);
}

// Not inlined: the loops over rows would take registers from the one over values.
static __attribute__((noinline)) void mul_row(const void *params, mcugen_row_t row) {
  const mcugen_mul_dsp_t layer = *(const mcugen_mul_dsp_t *)params;
  mcugen_row_by_words(&layer, row, mul_four);
}

void mcugen_mul_dsp(const mcugen_mul_dsp_t *layer, const int8_t *a, const int8_t *b, int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, mul_row, layer);
  mcugen_clamp_by_words(out, layer->count, layer->low, layer->high);
}

void mcugen_mul_dsp_constant(const mcugen_mul_dsp_t *layer, const int8_t *a, int8_t *out) {
  mcugen_mul_dsp(layer, a, layer->constant, out);
}
