// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Scores of classes from an int8 output: twin of mcugen/scoring/classes.py, equal bit for bit.
#ifndef MCUGEN_DECODE_CLASSES_H
#define MCUGEN_DECODE_CLASSES_H

#include <stddef.h>
#include <stdint.h>

// Softmax of logits: powers[steps] is exp(-scale * steps), 256 of them.
void mcugen_softmax_int8(const int8_t logits[], float scores[], size_t count,
                         const float powers[256]);

// Indices of the `top` highest scores, best first; of equal scores the lower index comes first.
void mcugen_top_classes(const float scores[], size_t count, uint32_t best[], size_t top);

#endif
