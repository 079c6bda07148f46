// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "decode_classes.h"

void mcugen_softmax_int8(const int8_t logits[], float scores[], size_t count,
                         const float powers[256]) {
  int32_t largest = INT8_MIN;
  for (size_t i = 0; i < count; ++i) {
    largest = logits[i] > largest ? logits[i] : largest;
  }
  float sum = 0.0f;
  for (size_t i = 0; i < count; ++i) {
    scores[i] = powers[largest - logits[i]];
    sum += scores[i];
  }
  for (size_t i = 0; i < count; ++i) {
    scores[i] /= sum;
  }
}

void mcugen_top_classes(const float scores[], size_t count, uint32_t best[], size_t top) {
  size_t found = 0;
  for (size_t i = 0; i < count; ++i) {
    size_t place = found;
    while (place > 0 && scores[i] > scores[best[place - 1u]]) {
      --place;
    }
    if (place == top) {
      continue;
    }
    found = found < top ? found + 1u : top;
    for (size_t moved = found - 1u; moved > place; --moved) {
      best[moved] = best[moved - 1u];
    }
    best[place] = (uint32_t)i;
  }
}
