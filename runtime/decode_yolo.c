// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "decode_yolo.h"

#include <stdbool.h>

#define VALUES_BEFORE_CLASSES 5u  // x, y, width, height, objectness

static float look_up(const float table[256], int8_t value) { return table[(int32_t)value + 128]; }

static float clip(float edge) { return edge < 0.0f ? 0.0f : (edge > 1.0f ? 1.0f : edge); }

// Puts a candidate after all that are as good; drops the worst one when there is no room.
static size_t insert(const mcugen_box_t *box, mcugen_box_t boxes[], size_t count, size_t capacity) {
  size_t place = count;
  while (place > 0 && box->score > boxes[place - 1u].score) {
    --place;
  }
  if (place == capacity) {
    return count;
  }
  const size_t grown = count < capacity ? count + 1u : capacity;
  for (size_t moved = grown - 1u; moved > place; --moved) {
    boxes[moved] = boxes[moved - 1u];
  }
  boxes[place] = *box;
  return grown;
}

static mcugen_box_t candidate(const mcugen_yolo_head_t *head, const int8_t cell[], uint32_t row,
                              uint32_t column, uint32_t anchor, uint32_t class_count) {
  const float *size = head->anchors + 2u * anchor;
  const float x = ((float)column + look_up(head->sigmoid, cell[0])) / (float)head->columns;
  const float y = ((float)row + look_up(head->sigmoid, cell[1])) / (float)head->rows;
  const float half_width = look_up(head->exponential, cell[2]) * size[0] * 0.5f;
  const float half_height = look_up(head->exponential, cell[3]) * size[1] * 0.5f;
  const int8_t *classes = cell + VALUES_BEFORE_CLASSES;
  uint32_t best = 0;
  for (uint32_t i = 1; i < class_count; ++i) {
    best = classes[i] > classes[best] ? i : best;
  }
  return (mcugen_box_t){
      .left = clip(x - half_width),
      .top = clip(y - half_height),
      .right = clip(x + half_width),
      .bottom = clip(y + half_height),
      .score = look_up(head->sigmoid, cell[4]) * look_up(head->sigmoid, classes[best]),
      .class_index = best,
  };
}

static size_t collect(const mcugen_yolo_t *yolo, const mcugen_yolo_head_t *head,
                      const int8_t output[], mcugen_box_t boxes[], size_t count, size_t capacity) {
  const int8_t *cell = output;
  for (uint32_t row = 0; row < head->rows; ++row) {
    for (uint32_t column = 0; column < head->columns; ++column) {
      for (uint32_t anchor = 0; anchor < head->anchor_count; ++anchor) {
        if (look_up(head->sigmoid, cell[4]) >= yolo->objectness) {
          const mcugen_box_t box = candidate(head, cell, row, column, anchor, yolo->class_count);
          count = insert(&box, boxes, count, capacity);
        }
        cell += VALUES_BEFORE_CLASSES + yolo->class_count;
      }
    }
  }
  return count;
}

static float area(const mcugen_box_t *box) {
  return (box->right - box->left) * (box->bottom - box->top);
}

// Whether intersection over union is above the limit, without dividing: areas may be 0.
static bool overlaps(const mcugen_box_t *a, const mcugen_box_t *b, float limit) {
  const float width =
      (a->right < b->right ? a->right : b->right) - (a->left > b->left ? a->left : b->left);
  const float height =
      (a->bottom < b->bottom ? a->bottom : b->bottom) - (a->top > b->top ? a->top : b->top);
  if (width <= 0.0f || height <= 0.0f) {
    return false;
  }
  const float common = width * height;
  return common > limit * (area(a) + area(b) - common);
}

size_t mcugen_yolo_decode(const mcugen_yolo_t *yolo, const int8_t *const outputs[],
                          mcugen_box_t boxes[], size_t capacity) {
  size_t count = 0;
  for (uint32_t i = 0; i < yolo->head_count; ++i) {
    count = collect(yolo, &yolo->heads[i], outputs[i], boxes, count, capacity);
  }
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i) {
    const mcugen_box_t box = boxes[i];
    bool stays = true;
    for (size_t j = 0; stays && j < kept; ++j) {
      stays = boxes[j].class_index != box.class_index || !overlaps(&boxes[j], &box, yolo->overlap);
    }
    if (stays) {
      boxes[kept++] = box;
    }
  }
  return kept;
}
