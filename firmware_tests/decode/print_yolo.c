// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Decodes the outputs of vectors.h: left, top, right, bottom, score, class of every box.
#include "decode_tables.h"
#include "port.h"
#include "put_words.h"
#include "vectors.h"

int main(void) {
  static mcugen_box_t boxes[MCUGEN_MOST_BOXES];
  mcugen_port_init();
  for (uint32_t vector = 0; vector < VECTORS; ++vector) {
    const int8_t *const outputs[] = {output_0 + vector * OUTPUT_0_BYTES,
                                     output_1 + vector * OUTPUT_1_BYTES};
    const size_t count = mcugen_yolo_decode(&mcugen_yolo, outputs, boxes, MCUGEN_MOST_BOXES);
    for (size_t i = 0; i < count; ++i) {
      put_float(boxes[i].left);
      put_float(boxes[i].top);
      put_float(boxes[i].right);
      put_float(boxes[i].bottom);
      put_float(boxes[i].score);
      put_word(boxes[i].class_index);
    }
    end_line();
  }
  return 0;
}
