// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "decode_landmarks.h"

bool mcugen_landmarks_decode(const mcugen_landmarks_t *landmarks, const int8_t points[],
                             const int8_t presence[1], float decoded[]) {
  for (size_t i = 0; i < landmarks->value_count; ++i) {
    decoded[i] = landmarks->values[(int32_t)points[i] + 128] / landmarks->input_pixels;
  }
  return landmarks->presences[(int32_t)presence[0] + 128] >= landmarks->presence;
}
