// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Decodes the outputs of vectors.h: presence, then all coordinates.
#include "decode_tables.h"
#include "port.h"
#include "put_words.h"
#include "vectors.h"

int main(void) {
  static float decoded[OUTPUT_0_BYTES];
  mcugen_port_init();
  for (uint32_t vector = 0; vector < VECTORS; ++vector) {
    const int8_t *points = output_0 + vector * OUTPUT_0_BYTES;
    put_word(mcugen_landmarks_decode(&mcugen_landmarks, points, output_1 + vector, decoded));
    for (size_t i = 0; i < OUTPUT_0_BYTES; ++i) {
      put_float(decoded[i]);
    }
    end_line();
  }
  return 0;
}
