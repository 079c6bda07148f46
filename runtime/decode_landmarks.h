// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Points from the int8 outputs of a landmark model: twin of mcugen/scoring/landmarks.py, equal bit
// for bit. Tables are indexed by output value + 128.
#ifndef MCUGEN_DECODE_LANDMARKS_H
#define MCUGEN_DECODE_LANDMARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t value_count;      // points times dimensions
  float input_pixels;      // points are in pixels of the input
  const float *values;     // [256]: dequantised
  float presence;          // from it on, there is something to see
  const float *presences;  // [256]: sigmoid
} mcugen_landmarks_t;

// Writes the points as fractions of the input; returns whether they mean anything.
bool mcugen_landmarks_decode(const mcugen_landmarks_t *landmarks, const int8_t points[],
                             const int8_t presence[1], float decoded[]);

#endif
