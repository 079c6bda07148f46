// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The walk over two int8 operands, either of which may be repeated along some axes. The generator
// merges neighbouring axes that behave alike, so most layers are a single row.
#ifndef MCUGEN_KERNELS_BROADCAST_H
#define MCUGEN_KERNELS_BROADCAST_H

#include <stdint.h>

enum { MCUGEN_BROADCAST_AXES = 5 };

// Outermost axis first; the last one is a row. A step is the way, in elements, from one index to
// the next; 0 where the operand is repeated. The output is dense.
typedef struct {
  uint32_t sizes[MCUGEN_BROADCAST_AXES];
  uint32_t a_steps[MCUGEN_BROADCAST_AXES];
  uint32_t b_steps[MCUGEN_BROADCAST_AXES];
} mcugen_broadcast_t;

// out = a op b for one row, or (with steps 0 or 1) for one value and a row.
typedef struct {
  const int8_t *a;
  const int8_t *b;
  int8_t *out;
  uint32_t a_step;
  uint32_t b_step;
  uint32_t count;
} mcugen_row_t;

typedef void mcugen_row_function_t(const void *layer, mcugen_row_t row);

// Calls `function` for every row. `out` may be the same memory as an operand that is not repeated.
static inline void mcugen_broadcast(const mcugen_broadcast_t *shape, const int8_t *a,
                                    const int8_t *b, int8_t *out, mcugen_row_function_t *function,
                                    const void *layer) {
  const uint32_t *sizes = shape->sizes;
  const uint32_t *sa = shape->a_steps;
  const uint32_t *sb = shape->b_steps;
  mcugen_row_t row = {.out = out, .a_step = sa[4], .b_step = sb[4], .count = sizes[4]};
  for (uint32_t i = 0; i < sizes[0]; ++i) {
    for (uint32_t j = 0; j < sizes[1]; ++j) {
      for (uint32_t k = 0; k < sizes[2]; ++k) {
        row.a = a + i * sa[0] + j * sa[1] + k * sa[2];
        row.b = b + i * sb[0] + j * sb[1] + k * sb[2];
        for (uint32_t l = 0; l < sizes[3]; ++l) {
          function(layer, row);
          row.a += sa[3];
          row.b += sb[3];
          row.out += row.count;
        }
      }
    }
  }
}

#endif
