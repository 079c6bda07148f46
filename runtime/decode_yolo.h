// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Boxes from the int8 outputs of a YOLO version 3 model: twin of mcugen/scoring/yolo.py, equal bit
// for bit. Tables are indexed by output value + 128.
#ifndef MCUGEN_DECODE_YOLO_H
#define MCUGEN_DECODE_YOLO_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t output;  // of the model
  uint32_t rows;
  uint32_t columns;
  uint32_t anchor_count;
  const float *anchors;      // [anchor_count][2]: width and height, fractions of the input
  const float *sigmoid;      // [256]
  const float *exponential;  // [256]
} mcugen_yolo_head_t;

typedef struct {
  uint32_t class_count;
  float objectness;  // cells below it are empty
  float overlap;     // of two boxes of a class that overlap by more, the better one stays
  uint32_t head_count;
  const mcugen_yolo_head_t *heads;
} mcugen_yolo_t;

// Edges are fractions of the input, 0 to 1.
typedef struct {
  float left;
  float top;
  float right;
  float bottom;
  float score;
  uint32_t class_index;
} mcugen_box_t;

// Boxes of one image, best first; returns their number. outputs[i] is [rows][columns][anchor_count]
// [5 + class_count] of heads[i]. Only the `capacity` best candidates enter the suppression; of
// equal scores the earlier one comes first.
size_t mcugen_yolo_decode(const mcugen_yolo_t *yolo, const int8_t *const outputs[],
                          mcugen_box_t boxes[], size_t capacity);

#endif
