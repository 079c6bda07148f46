// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Decodes the outputs of vectors.h: index and score of the best classes.
#include "decode_tables.h"
#include "port.h"
#include "put_words.h"
#include "vectors.h"

int main(void) {
  static float scores[MCUGEN_CLASSES];
  static uint32_t best[MCUGEN_TOP_CLASSES];
  mcugen_port_init();
  for (uint32_t vector = 0; vector < VECTORS; ++vector) {
    const int8_t *logits = output_0 + vector * OUTPUT_0_BYTES;
    mcugen_softmax_int8(logits, scores, MCUGEN_CLASSES, mcugen_class_table);
    mcugen_top_classes(scores, MCUGEN_CLASSES, best, MCUGEN_TOP_CLASSES);
    for (size_t i = 0; i < MCUGEN_TOP_CLASSES; ++i) {
      put_word(best[i]);
      put_float(scores[best[i]]);
    }
    end_line();
  }
  return 0;
}
