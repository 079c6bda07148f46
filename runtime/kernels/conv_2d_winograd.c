// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D of 3x3 filters with stride 1 in 16 multiplications for 36: Winograd's F(2x2, 3x3), as in
// A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks, 2015, in integers.
//
// A tile is 4x4 pixels, d, and gives 2x2 outputs: y = A' ((G w G') * (B' d B)) A, summed over the
// channels. B and A hold 0 and +-1 only; G holds halves, so the generator takes 2 G and all sums
// are 4 y: exact, modulo 2^32, while 4 |y| < 2^31, which the generator checks. |B' d B| <= 512 and
// the weights <= 9 * 127 fit 16 bits. Pixels outside the image are the zero point, as in
// conv_2d_dsp.c.
//
// Two tiles side by side are computed at once, four channels at a time.
#include "conv_2d.h"

#include <stdbool.h>

#include "dsp.h"

typedef mcugen_conv_2d_dsp_t layer_t;

typedef enum { FINISH_DOUBLE, FINISH_RELU_DOUBLE, FINISH_SINGLE } finish_t;

enum { SIDE = 4, PRODUCTS = SIDE * SIDE, TILES = 2, TOGETHER = 4, OUTPUTS = 4 };
enum { COLUMNS = SIDE + 2 };  // of both tiles, which overlap by two

// Of four values, in both halfwords, what B' makes of them.
typedef struct {
  uint32_t at[SIDE];
} line_t;

MCUGEN_INLINE line_t transform_line(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return (line_t){
      {mcugen_ssub16(a, c), mcugen_sadd16(b, c), mcugen_ssub16(c, b), mcugen_ssub16(b, d)}};
}

// What B' makes of a column of a tile, for channels {0, 2} and {1, 3}.
typedef struct {
  line_t even, odd;
} column_t;

MCUGEN_INLINE column_t transform_column(const int8_t *const *pixels, uint32_t channel) {
  const uint32_t a = mcugen_load_word(pixels[0] + channel);
  const uint32_t b = mcugen_load_word(pixels[COLUMNS] + channel);
  const uint32_t c = mcugen_load_word(pixels[2 * COLUMNS] + channel);
  const uint32_t d = mcugen_load_word(pixels[3 * COLUMNS] + channel);
  return (column_t){
      transform_line(mcugen_sxtb16(a), mcugen_sxtb16(b), mcugen_sxtb16(c), mcugen_sxtb16(d)),
      transform_line(mcugen_sxtb16_ror8(a), mcugen_sxtb16_ror8(b), mcugen_sxtb16_ror8(c),
                     mcugen_sxtb16_ror8(d))};
}

// One word of each tile, for each of four products.
MCUGEN_INLINE void put_lines(uint32_t *to, uint32_t step, line_t first, line_t second) {
  to[0] = first.at[0];
  to[1] = second.at[0];
  to += step;
  to[0] = first.at[1];
  to[1] = second.at[1];
  to += step;
  to[0] = first.at[2];
  to[1] = second.at[2];
  to += step;
  to[0] = first.at[3];
  to[1] = second.at[3];
}

MCUGEN_INLINE line_t even_row(const column_t *c, uint32_t i) {
  return transform_line(c[0].even.at[i], c[1].even.at[i], c[2].even.at[i], c[3].even.at[i]);
}

MCUGEN_INLINE line_t odd_row(const column_t *c, uint32_t i) {
  return transform_line(c[0].odd.at[i], c[1].odd.at[i], c[2].odd.at[i], c[3].odd.at[i]);
}

// Row `i` of B' d B of both tiles, from their columns: first the words of channels {0, 2}, then
// those of {1, 3}. Returns where the next row goes.
MCUGEN_INLINE uint32_t *put_row(const column_t columns[COLUMNS], uint32_t i, uint32_t *to,
                                uint32_t step) {
  put_lines(to, step, even_row(columns, i), even_row(columns + 2, i));
  put_lines(to + TILES, step, odd_row(columns, i), odd_row(columns + 2, i));
  return to + SIDE * step;
}

// Both tiles, whose first pixel is at row `y`, column `x`, channel by channel; `zeros` stands for
// pixels outside.
static __attribute__((noinline)) void transform_tiles(const layer_t *layer, const int8_t *in,
                                                      int32_t y, int32_t x, const int8_t *zeros,
                                                      uint32_t *to) {
  const mcugen_filter_t *f = &layer->filter;
  const int8_t *pixels[SIDE * COLUMNS];
  const int8_t **pixel = pixels;
  for (int32_t row = y; row < y + SIDE; ++row) {
    for (int32_t column = x; column < x + COLUMNS; ++column) {
      const bool is_inside = row >= 0 && row < f->in_height && column >= 0 && column < f->in_width;
      *pixel++ = is_inside ? &in[(row * f->in_width + column) * f->in_channels] : zeros;
    }
  }
  for (uint32_t channel = 0; channel < f->in_channels; channel += 4) {
    const column_t columns[COLUMNS] = {
        transform_column(pixels, channel),     transform_column(pixels + 1, channel),
        transform_column(pixels + 2, channel), transform_column(pixels + 3, channel),
        transform_column(pixels + 4, channel), transform_column(pixels + 5, channel),
    };
    uint32_t *at = to + channel;
    at = put_row(columns, 0, at, f->in_channels);
    at = put_row(columns, 1, at, f->in_channels);
    at = put_row(columns, 2, at, f->in_channels);
    put_row(columns, 3, at, f->in_channels);
  }
}

// The sixteen sums of four channels and two tiles: [16][tile][channel]. Returns the words that
// follow the weights.
#if MCUGEN_DSP_ASSEMBLY
// 11 instructions for 16 multiplications: r4-r7 and r8-r11 are the sums of the tiles.
// clang-format off
#define MULTIPLY(op, end)                                                           \
  "ldmia.w r0!, {r2, r3} \n ldmia.w r1!, {r12, lr} \n"                              \
  op " r4, r2, r12" end("r4") op " r8, r2, lr" end("r8")                            \
  op " r5, r3, r12" end("r5") op " r9, r3, lr" end("r9")                            \
  "ldmia.w r0!, {r2, r3} \n"                                                        \
  op " r6, r2, r12" end("r6") op " r10, r2, lr" end("r10")                          \
  op " r7, r3, r12" end("r7") op " r11, r3, lr" end("r11")
// clang-format on
#define START(sum) " \n"
#define GO_ON(sum) ", " sum " \n"
#define FIRST MULTIPLY("smuad", START)
#define STEP MULTIPLY("smlad", GO_ON)

__attribute__((noinline)) static const uint32_t *multiply(const uint32_t *weights,
                                                          const uint32_t *tiles, uint32_t channels,
                                                          int32_t *sums) {
  register const uint32_t *w __asm__("r0") = weights;
  register const uint32_t *x __asm__("r1") = tiles;
  register uint32_t words __asm__("r2") = channels;
  register int32_t *to __asm__("r3") = sums;
  // On the stack: the end of this product's words, where sums go, its bytes, the end of all.
  __asm__ volatile(
      "lsl r4, r2, #2 \n add r2, r1, r4 \n add r5, r1, r4, lsl #4 \n push {r2-r5} \n"
      "1: " FIRST STEP STEP STEP
      "b 3f \n"
      "2: " STEP STEP STEP STEP
      "3: ldr r2, [sp] \n cmp r1, r2 \n bne 2b \n"
      "ldrd r3, r12, [sp, #4] \n ldr lr, [sp, #12] \n"
      "stmia r3!, {r4-r11} \n add r2, r12 \n strd r2, r3, [sp] \n"
      "cmp r1, lr \n bne 1b \n add sp, #16 \n"
      : "+r"(w), "+r"(x), "+r"(words), "+r"(to)
      :
      : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
  return w;
}
#else
static const uint32_t *multiply(const uint32_t *weights, const uint32_t *tiles, uint32_t channels,
                                int32_t *sums) {
  for (uint32_t product = 0; product < PRODUCTS; ++product) {
    for (uint32_t i = 0; i < TILES * TOGETHER; ++i) {
      sums[i] = 0;
    }
    for (const uint32_t *end = tiles + channels; tiles != end; tiles += TILES) {
      for (uint32_t i = 0; i < TILES * TOGETHER; ++i) {
        sums[i] = mcugen_smlad(weights[i % TOGETHER], tiles[i / TOGETHER], sums[i]);
      }
      weights += TOGETHER;
    }
    sums += TILES * TOGETHER;
  }
  return weights;
}
#endif

// The four outputs of a tile, times 4.
typedef struct {
  int32_t y00, y01, y10, y11;
} square_t;

// A column of the sixteen sums, by A': the upper and the lower output.
typedef struct {
  uint32_t upper, lower;
} outputs_t;

MCUGEN_INLINE outputs_t column_back(const int32_t *sums) {
  enum { NEXT_ROW = SIDE * TILES * TOGETHER };
  const uint32_t a = (uint32_t)sums[0];
  const uint32_t b = (uint32_t)sums[NEXT_ROW];
  const uint32_t c = (uint32_t)sums[2 * NEXT_ROW];
  const uint32_t d = (uint32_t)sums[3 * NEXT_ROW];
  return (outputs_t){a + b + c, b - c - d};
}

// Sums modulo 2^32.
MCUGEN_INLINE square_t transform_back(const int32_t *sums) {
  enum { NEXT = TILES * TOGETHER };
  const outputs_t c0 = column_back(sums);
  const outputs_t c1 = column_back(sums + NEXT);
  const outputs_t c2 = column_back(sums + 2 * NEXT);
  const outputs_t c3 = column_back(sums + 3 * NEXT);
  return (square_t){
      (int32_t)(c0.upper + c1.upper + c2.upper), (int32_t)(c1.upper - c2.upper - c3.upper),
      (int32_t)(c0.lower + c1.lower + c2.lower), (int32_t)(c1.lower - c2.lower - c3.lower)};
}

// From a sum times 4. `bias` is doubled where sums are, for double rounding.
MCUGEN_INLINE int8_t finish(int32_t sum, int32_t bias, const mcugen_requant_s8_t *by,
                            finish_t how) {
  if (how == FINISH_SINGLE) {
    return (int8_t)mcugen_requantize_channel(mcugen_add(sum >> 2, bias), by, MCUGEN_ROUND_SINGLE);
  }
  const int32_t doubled = mcugen_add(sum >> 1, bias);
  return how == FINISH_DOUBLE ? (int8_t)mcugen_requantize_channel(doubled, by, MCUGEN_ROUND_DOUBLE)
                              : (int8_t)mcugen_requantize_channel_relu(doubled, by);
}

// The outputs of a tile in one channel; `out` has the place of each in the first channel.
MCUGEN_INLINE void finish_tile(const int32_t *sums, int32_t bias, const mcugen_requant_s8_t *by,
                               int8_t *const out[OUTPUTS], uint32_t channel, finish_t how) {
  const square_t y = transform_back(sums);
  out[0][channel] = finish(y.y00, bias, by, how);
  out[1][channel] = finish(y.y01, bias, by, how);
  out[2][channel] = finish(y.y10, bias, by, how);
  out[3][channel] = finish(y.y11, bias, by, how);
}

// Four channels of two tiles, from their sums; returns the words that follow their constants.
MCUGEN_INLINE const uint32_t *finish_four(const uint32_t *stream, const int32_t *sums,
                                          int8_t *const outs[TILES * OUTPUTS], uint32_t channel,
                                          finish_t how) {
  for (const int32_t *end = sums + TOGETHER; sums != end; ++sums) {
    const int32_t bias = (int32_t)stream[0];
    const mcugen_requant_s8_t by = {(int32_t)stream[1], (int32_t)stream[2], stream[3]};
    stream += 4;
    finish_tile(sums, bias, &by, outs, channel, how);
    finish_tile(sums + TOGETHER, bias, &by, outs + OUTPUTS, channel, how);
    ++channel;
  }
  return stream;
}

MCUGEN_INLINE void winograd(const layer_t *layer, const int8_t *in, int8_t *out, int8_t *scratch,
                            finish_t how) {
  const mcugen_filter_t *f = &layer->filter;
  uint32_t *tiles = (uint32_t *)(void *)scratch;
  int32_t *sums = (int32_t *)(void *)(tiles + PRODUCTS * f->in_channels);
  int8_t *zeros = (int8_t *)(sums + PRODUCTS * TILES * TOGETHER);
  int8_t *nowhere = zeros + f->in_channels;  // takes the outputs outside the image
  for (uint32_t i = 0; i < f->in_channels; ++i) {
    zeros[i] = layer->in_zero_point;
  }
  for (int32_t y = 0; y < f->out_height; y += 2) {
    for (int32_t x = 0; x < f->out_width; x += 2 * TILES) {
      int8_t *outs[TILES * OUTPUTS];
      for (int32_t i = 0; i < TILES * OUTPUTS; ++i) {
        const int32_t row = y + i % OUTPUTS / 2;
        const int32_t column = x + i / OUTPUTS * 2 + i % 2;
        const bool is_inside = row < f->out_height && column < f->out_width;
        outs[i] = is_inside ? &out[(row * f->out_width + column) * f->out_channels] : nowhere;
      }
      transform_tiles(layer, in, y - f->pad_top, x - f->pad_left, zeros, tiles);
      const uint32_t *stream = layer->channels;
      for (uint32_t quad = 0; quad < layer->quads; ++quad) {
        stream = multiply(stream, tiles, f->in_channels, sums);
        stream = finish_four(stream, sums, outs, quad * TOGETHER, how);
      }
    }
  }
}

void mcugen_conv_2d_winograd_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch) {
  winograd(layer, in, out, scratch, FINISH_DOUBLE);
}

void mcugen_conv_2d_winograd_relu_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                         int8_t *out, int8_t *scratch) {
  winograd(layer, in, out, scratch, FINISH_RELU_DOUBLE);
}

void mcugen_conv_2d_winograd_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch) {
  winograd(layer, in, out, scratch, FINISH_SINGLE);
}
