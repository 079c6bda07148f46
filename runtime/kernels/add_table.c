// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// ADD for cores with DSP instructions and 1 KB of flash to spare: the fine operand by a table.
#include "add.h"

#include "broadcast_dsp.h"

enum { COARSE_SHIFT = 19 };

MCUGEN_INLINE int32_t finish(const mcugen_add_table_t *layer, int32_t sum, bool relu) {
  if (!relu) {
    return mcugen_requantize_s8(sum, layer->multiplier, layer->addend, layer->shift,
                                MCUGEN_ROUND_DOUBLE);
  }
  // A sum below 0 ends at the smallest int8 wherever its ties go: see
  // mcugen_requantize_channel_relu.
  const int32_t y = mcugen_smmlar(sum, layer->multiplier, sum);
  return mcugen_ssat8((y + layer->addend) >> layer->shift);
}

// Value `i` of the fine word, and the lower halfword of `coarse`; its upper one is shifted out.
MCUGEN_INLINE int32_t add_one(const mcugen_add_table_t *layer, uint32_t fine, uint32_t i,
                              uint32_t coarse, bool relu) {
  const int32_t table = layer->fine[fine >> 8 * i & 0xFFu];
  return finish(layer, table + (int32_t)(coarse << COARSE_SHIFT), relu);
}

MCUGEN_INLINE uint32_t add_four(const mcugen_add_table_t *layer, uint32_t fine, uint32_t coarse,
                                bool relu) {
  const uint32_t even = mcugen_sxtb16(coarse);
  const int32_t v0 = add_one(layer, fine, 0, even, relu);
  const int32_t v2 = add_one(layer, fine, 2, even >> 16, relu);
  const uint32_t odd = mcugen_sxtb16_ror8(mcugen_after(coarse, v2));
  const int32_t v1 = add_one(layer, fine, 1, odd, relu);
  const int32_t v3 = add_one(layer, fine, 3, odd >> 16, relu);
  return mcugen_pack_bytes(v0, v1, v2, v3);
}

MCUGEN_INLINE uint32_t add_four_any(const void *layer, uint32_t fine, uint32_t coarse) {
  return add_four(layer, fine, coarse, false);
}

MCUGEN_INLINE uint32_t add_four_relu(const void *layer, uint32_t fine, uint32_t coarse) {
  return add_four(layer, fine, coarse, true);
}

MCUGEN_INLINE void add_by_words(const void *params, mcugen_row_t row,
                                mcugen_four_function_t *function) {
  const mcugen_add_table_t layer = *(const mcugen_add_table_t *)params;
  if (layer.fine_is_b != 0) {
    row = (mcugen_row_t){row.b, row.a, row.out, row.b_step, row.a_step, row.count};
  }
  mcugen_row_by_words(&layer, row, function);
}

// Not inlined: the loops over rows would take registers from the one over values.
static __attribute__((noinline)) void add_row(const void *params, mcugen_row_t row) {
  add_by_words(params, row, add_four_any);
}

static __attribute__((noinline)) void add_row_relu(const void *params, mcugen_row_t row) {
  add_by_words(params, row, add_four_relu);
}

void mcugen_add_s8_table(const mcugen_add_table_t *layer, const int8_t *a, const int8_t *b,
                         int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, add_row, layer);
  mcugen_clamp_by_words(out, layer->count, layer->low, layer->high);
}

void mcugen_add_s8_table_relu(const mcugen_add_table_t *layer, const int8_t *a, const int8_t *b,
                              int8_t *out) {
  mcugen_broadcast(&layer->shape, a, b, out, add_row_relu, layer);
  mcugen_clamp_by_words(out, layer->count, layer->low, layer->high);
}
