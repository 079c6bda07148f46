// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Rows of broadcast.h by words of four values, for kernels that compute four at once.
#ifndef MCUGEN_KERNELS_BROADCAST_DSP_H
#define MCUGEN_KERNELS_BROADCAST_DSP_H

#include <string.h>

#include "broadcast.h"
#include "dsp.h"

// out = a op b for the four bytes of a word; always inlined, so `layer` may be a local copy whose
// members stay in registers.
typedef uint32_t mcugen_four_function_t(const void *layer, uint32_t a, uint32_t b);

// Reads an operand by words; one that is repeated is read from four copies of its value.
typedef struct {
  const uint8_t *next;
  uint32_t advance;
} mcugen_words_t;

MCUGEN_INLINE mcugen_words_t mcugen_words(const int8_t *values, uint32_t step, uint32_t *copies) {
  if (step != 0) {
    return (mcugen_words_t){(const uint8_t *)values, 4};
  }
  *copies = (uint32_t)(uint8_t)*values * UINT32_C(0x01010101);
  return (mcugen_words_t){(const uint8_t *)copies, 0};
}

// The last 1 to 3 values of an operand, and nothing after them.
MCUGEN_INLINE uint32_t mcugen_last_word(mcugen_words_t words, uint32_t count) {
  uint32_t word = 0;
  memcpy(&word, words.next, count);
  return word;
}

MCUGEN_INLINE void mcugen_row_by_words(const void *layer, mcugen_row_t row,
                                       mcugen_four_function_t *function) {
  uint32_t copies;  // one is enough: never are both operands repeated along the same axis
  mcugen_words_t a = mcugen_words(row.a, row.a_step, &copies);
  mcugen_words_t b = mcugen_words(row.b, row.b_step, &copies);
  for (; row.count >= 4; row.count -= 4) {
    mcugen_store_word(row.out, function(layer, mcugen_load_word(a.next), mcugen_load_word(b.next)));
    a.next += a.advance;
    b.next += b.advance;
    row.out += 4;
  }
  if (row.count != 0) {
    const uint32_t last =
        function(layer, mcugen_last_word(a, row.count), mcugen_last_word(b, row.count));
    memcpy(row.out, &last, row.count);
  }
}

// Applies a fused activation to all outputs.
MCUGEN_INLINE void mcugen_clamp_by_words(int8_t *out, uint32_t count, int32_t low, int32_t high) {
  if (low == INT8_MIN && high == INT8_MAX) {
    return;
  }
  const uint32_t lowest = (uint32_t)(low & 0xFF) * UINT32_C(0x01010101);
  const uint32_t highest = (uint32_t)(high & 0xFF) * UINT32_C(0x01010101);
  for (; count >= 4; count -= 4) {
    const uint32_t word = mcugen_max_s8x4(mcugen_load_word(out), lowest);
    mcugen_store_word(out, mcugen_min_s8x4(word, highest));
    out += 4;
  }
  for (; count != 0; --count) {
    *out = (int8_t)mcugen_clamp(*out, low, high);
    ++out;
  }
}

#endif
