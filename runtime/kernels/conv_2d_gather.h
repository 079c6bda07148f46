// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What two output positions of CONV_2D see, gathered for conv_2d_dsp.c as int16, word by word in
// turn: for every four taps {0, 2} of the first position, {0, 2} of the second, {1, 3} of both.
// conv_2d.h says in which order taps come.
//
// A position whose filter is all inside the image is gathered from there. What another one sees is
// copied first, filled up with the zero point. The copies of both lie run by run in turn at the end
// of scratch, where gathered taps are written later. The copies end a run and 4 bytes behind these,
// so that every tap is read before it is written over.
#ifndef MCUGEN_KERNELS_CONV_2D_GATHER_H
#define MCUGEN_KERNELS_CONV_2D_GATHER_H

#include <stdbool.h>

#include "conv_2d.h"
#include "dsp.h"

// Two positions, and where their taps go. The assembly reads it as it is.
typedef struct {
  const int8_t *first;
  const int8_t *second;
  uint32_t *words;     // of the whole fours of each run
  uint8_t *rest;       // of the last taps of each run, halfword by halfword
  uint32_t rows;       // of the filter
  uint32_t eights;     // taps of a run in whole eights
  uint32_t four;       // whether four more follow them
  uint32_t left;       // the last taps of a run
  uint32_t first_gap;  // bytes from the end of a run to the start of the next
  uint32_t second_gap;
} mcugen_gather_pair_t;

#if MCUGEN_DSP_ASSEMBLY
#define MCUGEN_GATHER_FOUR                                         \
  "ldr r8, [r1], #4 \n ldr r9, [r2], #4 \n"                        \
  "sxtb16 r10, r8 \n sxtb16 r11, r9 \n strd r10, r11, [r3], #8 \n" \
  "sxtb16 r10, r8, ror #8 \n sxtb16 r11, r9, ror #8 \n strd r10, r11, [r3], #8 \n"

// Not inlined, because it takes nearly all registers.
static __attribute__((noinline)) void mcugen_gather_pair(const mcugen_gather_pair_t *pair) {
  register const mcugen_gather_pair_t *given __asm__("r0") = pair;
  __asm__ volatile(
      "ldmia r0, {r1-r5} \n"
      "1: ldr r6, [r0, #20] \n cbz r6, 3f \n add r6, r1 \n"
      "2: " MCUGEN_GATHER_FOUR MCUGEN_GATHER_FOUR
      "cmp r1, r6 \n bne 2b \n"
      "3: ldr r6, [r0, #24] \n cbz r6, 4f \n" MCUGEN_GATHER_FOUR
      "4: ldr r6, [r0, #28] \n cbz r6, 6f \n"
      "5: ldrsb r8, [r1], #1 \n ldrsb r9, [r2], #1 \n and r10, r4, #2 \n"
      "strh r9, [r4, #4] \n strh r8, [r4], #2 \n add r4, r4, r10, lsl #1 \n"
      "subs r6, #1 \n bne 5b \n"
      "6: ldrd r8, r9, [r0, #32] \n add r1, r8 \n add r2, r9 \n subs r5, #1 \n bne 1b \n"
      :
      : "r"(given)
      : "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "cc", "memory");
}
#else
static void mcugen_gather_pair(const mcugen_gather_pair_t *pair) {
  const int8_t *first = pair->first;
  const int8_t *second = pair->second;
  uint32_t *words = pair->words;
  uint8_t *rest = pair->rest;
  for (uint32_t row = 0; row < pair->rows; ++row) {
    const uint32_t fours = pair->eights + 4u * pair->four;
    for (const int8_t *end = first + fours; first != end; first += 4) {
      const uint32_t a = mcugen_load_word(first);
      const uint32_t b = mcugen_load_word(second);
      words[0] = mcugen_sxtb16(a);
      words[1] = mcugen_sxtb16(b);
      words[2] = mcugen_sxtb16_ror8(a);
      words[3] = mcugen_sxtb16_ror8(b);
      words += 4;
      second += 4;
    }
    for (uint32_t i = 0; i < pair->left; ++i) {
      const int16_t taps[2] = {*first++, *second++};
      __builtin_memcpy(rest, &taps[0], sizeof taps[0]);
      __builtin_memcpy(rest + 4, &taps[1], sizeof taps[1]);
      rest += 2u + ((uintptr_t)rest & 2u) * 2u;  // the other half, or that of the next word but one
    }
    first += pair->first_gap;
    second += pair->second_gap;
  }
}
#endif

// A walk over all output positions.
typedef struct {
  mcugen_gather_pair_t pair;
  uint32_t inside;      // positions side by side that come next, with filters all inside the image
  const int8_t *from;   // the first tap of the first of these
  uint32_t step;        // bytes from one to the next
  uint32_t image_gap;   // bytes from the end of a run in the image to the start of the next
  const int8_t *image;  // of the batch of the position that follows them
  int32_t y, x;         // that position
  uint32_t run;         // taps of a row of the filter
  int8_t *copies;       // of what both positions see, where they are not all inside the image
  uint32_t copies_words;
  bool copies_filled;  // with the zero point
} mcugen_walk_t;

static void mcugen_start_walk(mcugen_walk_t *walk, const mcugen_conv_2d_dsp_t *layer,
                              const int8_t *in, int8_t *scratch) {
  const mcugen_filter_t *f = &layer->filter;
  const uint32_t run = (uint32_t)f->width * f->in_channels;
  mcugen_gather_pair_t *pair = &walk->pair;
  pair->rest = (uint8_t *)scratch;
  pair->words = (uint32_t *)(void *)scratch + layer->depth - run / 4u * 4u * f->height;
  pair->rows = f->height;
  pair->eights = run / 8u * 8u;
  pair->four = run / 4u % 2u;
  pair->left = run % 4u;
  walk->inside = 0;
  walk->step = (uint32_t)f->stride_x * f->in_channels;
  walk->image_gap = (uint32_t)f->dilation_y * f->in_width * f->in_channels - run;
  walk->image = in;
  walk->y = 0;
  walk->x = 0;
  walk->run = run;
  walk->copies = scratch + 4u * layer->depth + run + 4u - 2u * run * f->height;
  walk->copies_words = (2u * run * f->height + 3u) / 4u;
}

// Skips the positions from the next one on whose filters are all inside the image.
static void mcugen_look_ahead(const mcugen_conv_2d_dsp_t *layer, mcugen_walk_t *walk) {
  const mcugen_filter_t *f = &layer->filter;
  if (walk->x == f->out_width) {
    walk->x = 0;
    ++walk->y;
  }
  if (walk->y == f->out_height) {
    walk->y = 0;
    walk->image += f->in_height * f->in_width * f->in_channels;
  }
  const int32_t y = walk->y * f->stride_y - f->pad_top;
  const int32_t x = walk->x * f->stride_x - f->pad_left;
  if ((uint32_t)y < layer->rows_inside && (uint32_t)x < layer->columns_inside) {
    const uint32_t fit = (layer->columns_inside - 1u - (uint32_t)x) / f->stride_x + 1u;
    const uint32_t left = f->out_width - (uint32_t)walk->x;
    walk->inside = fit < left ? fit : left;
    walk->from = walk->image + (y * f->in_width + x) * f->in_channels;
    walk->x += (int32_t)walk->inside;
  }
}

// Fills both copies, and up to 3 bytes more.
static void mcugen_fill_copies(mcugen_walk_t *walk, int8_t value) {
  const uint32_t word = (uint8_t)value * UINT32_C(0x01010101);
  for (int8_t *at = walk->copies, *end = at + walk->copies_words * 4u; at != end; at += 4) {
    mcugen_store_word(at, word);
  }
  walk->copies_filled = true;
}

MCUGEN_INLINE void mcugen_copy_taps(int8_t *to, const int8_t *from, uint32_t bytes) {
  for (const int8_t *end = from + bytes / 4u * 4u; from != end; from += 4) {
    mcugen_store_word(to, mcugen_load_word(from));
    to += 4;
  }
  for (uint32_t left = bytes % 4u; left != 0; --left) {
    *to++ = *from++;
  }
}

// Copies what the next position sees of the image, run by run, every other one.
static void mcugen_copy_view(const mcugen_conv_2d_dsp_t *layer, const mcugen_walk_t *walk,
                             int8_t *to) {
  const mcugen_filter_t *f = &layer->filter;
  const int32_t y = walk->y * f->stride_y - f->pad_top;
  const int32_t x = walk->x * f->stride_x - f->pad_left;
  const mcugen_range_t rows = mcugen_taps_inside(y, f->dilation_y, f->height, f->in_height);
  const mcugen_range_t columns = mcugen_taps_inside(x, f->dilation_x, f->width, f->in_width);
  const int32_t seen = columns.end - columns.first;
  // Taps that lie side by side in the image.
  const int32_t together = f->dilation_x == 1 ? seen : 1;
  const uint32_t bytes = (uint32_t)together * f->in_channels;
  const uint32_t step = (uint32_t)f->dilation_x * f->in_channels;
  const uint32_t row_step = (uint32_t)f->dilation_y * f->in_width * f->in_channels;
  const int32_t first_y = y + rows.first * f->dilation_y;
  const int32_t first_x = x + columns.first * f->dilation_x;
  const int8_t *from = walk->image;
  from += (first_y * f->in_width + first_x) * f->in_channels;
  to += (uint32_t)rows.first * 2u * walk->run + (uint32_t)columns.first * f->in_channels;
  for (int32_t ky = rows.first; ky < rows.end; ++ky) {
    const int8_t *piece = from;
    int8_t *taps = to;
    for (int32_t kx = 0; kx < seen; kx += together) {
      mcugen_copy_taps(taps, piece, bytes);
      taps += bytes;
      piece += step;
    }
    from += row_step;
    to += 2u * walk->run;
  }
}

// Where the taps of the next position are: in the image, or in `copy`; `gap` becomes that from run
// to run.
static __attribute__((noinline)) const int8_t *mcugen_see_next(const mcugen_conv_2d_dsp_t *layer,
                                                               mcugen_walk_t *walk, int8_t *copy,
                                                               uint32_t *gap) {
  if (walk->inside == 0) {
    mcugen_look_ahead(layer, walk);
  }
  if (walk->inside == 0) {
    if (!walk->copies_filled) {
      mcugen_fill_copies(walk, layer->in_zero_point);
    }
    mcugen_copy_view(layer, walk, copy);
    ++walk->x;
    *gap = walk->run;
    return copy;
  }
  const int8_t *from = walk->from;
  --walk->inside;
  walk->from += walk->step;
  *gap = walk->image_gap;
  return from;
}

// Sees the next two positions, wherever they are; of one that is left, twice.
static __attribute__((noinline)) void mcugen_see_any(const mcugen_conv_2d_dsp_t *layer,
                                                     mcugen_walk_t *walk, uint32_t count) {
  mcugen_gather_pair_t *pair = &walk->pair;
  walk->copies_filled = false;
  pair->first = mcugen_see_next(layer, walk, walk->copies, &pair->first_gap);
  pair->second = pair->first;
  pair->second_gap = pair->first_gap;
  if (count == 2) {
    pair->second = mcugen_see_next(layer, walk, walk->copies + walk->run, &pair->second_gap);
  }
}

// Gathers what the next `count` positions see, 2, or 1 that counts twice.
MCUGEN_INLINE void mcugen_gather_next(const mcugen_conv_2d_dsp_t *layer, mcugen_walk_t *walk,
                                      uint32_t count) {
  if (walk->inside >= 2) {
    walk->inside -= 2;
    walk->pair.first = walk->from;
    walk->pair.second = walk->from + walk->step;
    walk->from += 2 * walk->step;
    walk->pair.first_gap = walk->image_gap;
    walk->pair.second_gap = walk->image_gap;
  } else {
    mcugen_see_any(layer, walk, count);
  }
  mcugen_gather_pair(&walk->pair);
}

#endif
