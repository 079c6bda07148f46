// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D for cores with DSP instructions: two output channels per multiply, four channels of two
// positions per turn.
//
// The pixels that two output positions see are gathered as int16 into scratch, word by word in turn:
// {0, 2} of the first position, {0, 2} of the second, {1, 3} of the first, ... Channels are packed in pairs as in
// fully_connected_dsp.c: a halfword 256*u + l times x, summed, is S = 256*U + L; SXTB16 recovers l, a
// second SMLAD gives L, and U = (S - L) >> 8 is exact while |U| < 2^23, which the generator checks.
#include <stddef.h>

#include "conv_2d.h"
#include "dsp.h"

// Where an output pixel is.
typedef struct {
  const int8_t *image;  // of its batch
  int32_t y;
  int32_t x;
} position_t;

// Sums of four channels at two positions: S and L of the channel pairs 0, 1 and 2, 3.
typedef struct {
  int32_t s0, l0, s2, l2;
} sums_t;

// --- gathering ----------------------------------------------------------------------------------

// Four elements as two words of a position.
MCUGEN_INLINE uint32_t *put_four(uint32_t *words, uint32_t four) {
  words[0] = mcugen_sxtb16(four);
  words[2] = mcugen_sxtb16_ror8(four);
  return words + 4;
}

static uint32_t *put_run(uint32_t *words, const int8_t *from, int32_t elements) {
  for (; elements > 0; elements -= 4) {
    words = put_four(words, mcugen_load_word(from));
    from += 4;
  }
  return words;
}

static uint32_t *put_fill(uint32_t *words, uint32_t four, int32_t elements) {
  for (; elements > 0; elements -= 4) {
    words = put_four(words, four);
  }
  return words;
}

// The taps of one row of the filter that lie side by side in the image: the first `before` are left
// of it, then come `inside`, the others are right of it.
typedef struct {
  int32_t before, inside, after;
} run_t;

MCUGEN_INLINE run_t clip_run(const mcugen_filter_t *f, int32_t row, int32_t column, int32_t taps) {
  if (row < 0 || row >= f->in_height || column >= f->in_width || column + taps <= 0) {
    return (run_t){taps, 0, 0};
  }
  const int32_t before = column < 0 ? -column : 0;
  const int32_t over = column + taps - f->in_width;
  const int32_t after = over > 0 ? over : 0;
  return (run_t){before, taps - before - after, after};
}

// All that a position sees, into every second pair of words; `patch` has room for it as bytes.
static void gather(const mcugen_conv_2d_dsp_t *layer, position_t at, uint32_t *words,
                   int8_t *patch) {
  const mcugen_filter_t *f = &layer->filter;
  const int32_t channels = f->in_channels;
  const int32_t taps = f->dilation_x == 1 ? f->width : 1;
  const int32_t top = at.y * f->stride_y - f->pad_top;
  const int32_t left = at.x * f->stride_x - f->pad_left;
  const uint32_t zeros = (uint8_t)layer->in_zero_point * UINT32_C(0x01010101);
  int8_t *bytes = patch;
  for (int32_t ky = 0; ky < f->height; ++ky) {
    const int32_t row = top + ky * f->dilation_y;
    for (int32_t kx = 0; kx < f->width; kx += taps) {
      const int32_t column = left + kx * f->dilation_x;
      const run_t run = clip_run(f, row, column, taps);
      const int8_t *from = at.image;
      if (run.inside > 0) {
        from += (row * f->in_width + column + run.before) * channels;
      }
      if (layer->whole_words) {
        words = put_fill(words, zeros, run.before * channels);
        words = put_run(words, from, run.inside * channels);
        words = put_fill(words, zeros, run.after * channels);
      } else {
        memset(bytes, layer->in_zero_point, (size_t)(run.before * channels));
        bytes += run.before * channels;
        memcpy(bytes, from, (size_t)(run.inside * channels));
        bytes += run.inside * channels;
        memset(bytes, layer->in_zero_point, (size_t)(run.after * channels));
        bytes += run.after * channels;
      }
    }
  }
  if (!layer->whole_words) {
    put_run(words, patch, layer->depth);
  }
}

// Both positions of a filter of one tap.
MCUGEN_INLINE void gather_pixels(const int8_t *first, const int8_t *second, uint32_t depth,
                                 uint32_t *words) {
  for (uint32_t k = 0; k < depth; k += 4) {
    const uint32_t a = mcugen_load_word(first);
    const uint32_t b = mcugen_load_word(second);
    words[0] = mcugen_sxtb16(a);
    words[1] = mcugen_sxtb16(b);
    words[2] = mcugen_sxtb16_ror8(a);
    words[3] = mcugen_sxtb16_ror8(b);
    words += 4;
    first += 4;
    second += 4;
  }
}

static const int8_t *pixel(const mcugen_filter_t *f, position_t at) {
  return &at.image[(at.y * f->stride_y * f->in_width + at.x * f->stride_x) * f->in_channels];
}

static position_t next_position(const mcugen_filter_t *f, position_t at) {
  ++at.x;
  if (at.x == f->out_width) {
    at.x = 0;
    ++at.y;
    if (at.y == f->out_height) {
      at.y = 0;
      at.image += f->in_height * f->in_width * f->in_channels;
    }
  }
  return at;
}

// --- sums ---------------------------------------------------------------------------------------

#if MCUGEN_DSP_ASSEMBLY
// 12 instructions for 16 multiplications: two taps of four channels at two positions. Eight steps are
// unrolled and entered in the middle, `skip` bytes from the first. All of r0-r12 and lr are taken, so
// the end of the input waits on the stack.
#define STEP                                                                        \
  "ldmia.w r0!, {r2, r3} \n ldmia.w r1!, {r12, lr} \n"                              \
  "smlad r4, r2, r12, r4 \n smlad r8, r2, lr, r8 \n"                                \
  "smlad r6, r3, r12, r6 \n smlad r10, r3, lr, r10 \n"                              \
  "sxtb16 r2, r2 \n sxtb16 r3, r3 \n"                                               \
  "smlad r5, r2, r12, r5 \n smlad r9, r2, lr, r9 \n"                                \
  "smlad r7, r3, r12, r7 \n smlad r11, r3, lr, r11 \n"
#define STEP_BYTES 48u
#define STEPS 8u

MCUGEN_INLINE uint32_t skip_of(uint32_t depth) {
  return (STEPS - depth / 2u % STEPS) % STEPS * STEP_BYTES;
}

MCUGEN_INLINE const uint32_t *dot_quad(const uint32_t *weights, const int32_t *bias,
                                       const uint32_t *words, uint32_t depth, uint32_t skip,
                                       sums_t *first, sums_t *second) {
  register const uint32_t *w __asm__("r0") = weights;
  register const uint32_t *x __asm__("r1") = words;
  register const int32_t *start __asm__("r2") = bias;
  register const uint32_t *end __asm__("r3") = words + depth;
  register uint32_t entry __asm__("r12") = skip;
  register int32_t s0 __asm__("r4");
  register int32_t l0 __asm__("r5");
  register int32_t s2 __asm__("r6");
  register int32_t l2 __asm__("r7");
  register int32_t t0 __asm__("r8");
  register int32_t m0 __asm__("r9");
  register int32_t t2 __asm__("r10");
  register int32_t m2 __asm__("r11");
  __asm__ volatile(
      "push {r3} \n ldmia r2, {r4-r7} \n mov r8, r4 \n mov r9, r5 \n mov r10, r6 \n mov r11, r7 \n"
      "add pc, r12 \n nop \n"
      "1: \n" STEP STEP STEP STEP STEP STEP STEP STEP
      "ldr r2, [sp] \n cmp r1, r2 \n bne 1b \n add sp, #4 \n"
      : "+r"(w), "+r"(x), "+r"(start), "+r"(end), "+r"(entry), "=&r"(s0), "=&r"(l0), "=&r"(s2),
        "=&r"(l2), "=&r"(t0), "=&r"(m0), "=&r"(t2), "=&r"(m2)
      :
      : "lr", "cc", "memory");
  *first = (sums_t){s0, l0, s2, l2};
  *second = (sums_t){t0, m0, t2, m2};
  return w;
}
#else
MCUGEN_INLINE uint32_t skip_of(uint32_t depth) {
  (void)depth;
  return 0;
}

MCUGEN_INLINE void multiply_quad(uint32_t pair0, uint32_t pair2, uint32_t x, sums_t *sums) {
  sums->s0 = mcugen_smlad(pair0, x, sums->s0);
  sums->s2 = mcugen_smlad(pair2, x, sums->s2);
  sums->l0 = mcugen_smlad(mcugen_sxtb16(pair0), x, sums->l0);
  sums->l2 = mcugen_smlad(mcugen_sxtb16(pair2), x, sums->l2);
}

// Four channels at two positions over all taps; returns the weights that follow.
MCUGEN_INLINE const uint32_t *dot_quad(const uint32_t *weights, const int32_t *bias,
                                       const uint32_t *words, uint32_t depth, uint32_t skip,
                                       sums_t *first, sums_t *second) {
  (void)skip;
  *first = *second = (sums_t){bias[0], bias[1], bias[2], bias[3]};
  for (uint32_t k = 0; k < depth; k += 2) {
    multiply_quad(weights[0], weights[1], words[0], first);
    multiply_quad(weights[0], weights[1], words[1], second);
    weights += 2;
    words += 2;
  }
  return weights;
}
#endif

// One channel at two positions.
MCUGEN_INLINE const uint32_t *dot_single(const uint32_t *weights, int32_t bias,
                                         const uint32_t *words, uint32_t depth, int32_t sums[2]) {
  sums[0] = sums[1] = bias;
  for (uint32_t k = 0; k < depth; k += 4) {
    const uint32_t even = mcugen_sxtb16(*weights);
    const uint32_t odd = mcugen_sxtb16_ror8(*weights);
    sums[0] = mcugen_smlad(even, words[0], sums[0]);
    sums[1] = mcugen_smlad(even, words[1], sums[1]);
    sums[0] = mcugen_smlad(odd, words[2], sums[0]);
    sums[1] = mcugen_smlad(odd, words[3], sums[1]);
    ++weights;
    words += 4;
  }
  return weights;
}

// --- results ------------------------------------------------------------------------------------

MCUGEN_INLINE int32_t lower_sum(int32_t lower, mcugen_rounding_t rounding) {
  return rounding == MCUGEN_ROUND_DOUBLE ? mcugen_shift_left(lower, 1) : lower;
}

// U, doubled for double rounding: S - L is 256 * U.
MCUGEN_INLINE int32_t upper_sum(int32_t both, int32_t lower, mcugen_rounding_t rounding) {
  const int32_t difference = (int32_t)((uint32_t)both - (uint32_t)lower);
  return difference >> (rounding == MCUGEN_ROUND_DOUBLE ? 7 : 8);
}

// Requantises and stores four channels of a position, whatever the layer asks for.
static __attribute__((noinline)) void finish_exact(const mcugen_conv_2d_dsp_t *layer,
                                                   uint32_t channel, const int32_t *sums,
                                                   uint32_t count, int8_t *out,
                                                   mcugen_rounding_t rounding) {
  for (uint32_t i = 0; i < count; ++i) {
    const mcugen_requant_t by = layer->exact[channel + i];
    const int32_t value = mcugen_add(mcugen_requantize(sums[i], by, rounding), layer->zero_point);
    out[i] = (int8_t)mcugen_clamp(value, layer->low, layer->high);
  }
}

MCUGEN_INLINE void finish_quad(const mcugen_conv_2d_dsp_t *layer, uint32_t channel,
                               const sums_t *sums, int8_t *out, mcugen_rounding_t rounding) {
  const mcugen_requant_s8_t *by = &layer->requant[channel];
  const int32_t sum0 = lower_sum(sums->l0, rounding);
  const int32_t sum1 = upper_sum(sums->s0, sums->l0, rounding);
  const int32_t sum2 = lower_sum(sums->l2, rounding);
  const int32_t sum3 = upper_sum(sums->s2, sums->l2, rounding);
  out[0] = (int8_t)mcugen_requantize_channel(sum0, &by[0], rounding);
  out[1] = (int8_t)mcugen_requantize_channel(sum1, &by[1], rounding);
  out[2] = (int8_t)mcugen_requantize_channel(sum2, &by[2], rounding);
  out[3] = (int8_t)mcugen_requantize_channel(sum3, &by[3], rounding);
}

MCUGEN_INLINE void finish_quad_exact(const mcugen_conv_2d_dsp_t *layer, uint32_t channel,
                                     const sums_t *sums, int8_t *out, mcugen_rounding_t rounding) {
  const int32_t four[4] = {sums->l0, upper_sum(sums->s0, sums->l0, MCUGEN_ROUND_SINGLE), sums->l2,
                           upper_sum(sums->s2, sums->l2, MCUGEN_ROUND_SINGLE)};
  finish_exact(layer, channel, four, 4, out, rounding);
}

MCUGEN_INLINE void finish_single(const mcugen_conv_2d_dsp_t *layer, uint32_t channel, int32_t sum,
                                 int8_t *out, mcugen_rounding_t rounding) {
  if (layer->requant != NULL) {
    const int32_t doubled = lower_sum(sum, rounding);
    *out = (int8_t)mcugen_requantize_channel(doubled, &layer->requant[channel], rounding);
  } else {
    finish_exact(layer, channel, &sum, 1, out, rounding);
  }
}

// All channels of two positions, from gathered input. With one position left, both are the same.
MCUGEN_INLINE void all_channels(const mcugen_conv_2d_dsp_t *layer, const uint32_t *words,
                                int8_t *first_out, int8_t *second_out,
                                mcugen_rounding_t rounding) {
  const uint32_t skip = skip_of(layer->depth);
  const uint32_t *weights = layer->weights;
  const int32_t *bias = layer->bias;
  uint32_t channel = 0;
  for (; channel < 4u * layer->quads; channel += 4) {
    sums_t first, second;
    weights = dot_quad(weights, &bias[channel], words, layer->depth, skip, &first, &second);
    if (layer->requant != NULL) {
      finish_quad(layer, channel, &first, &first_out[channel], rounding);
      finish_quad(layer, channel, &second, &second_out[channel], rounding);
    } else {
      finish_quad_exact(layer, channel, &first, &first_out[channel], rounding);
      finish_quad_exact(layer, channel, &second, &second_out[channel], rounding);
    }
  }
  for (; channel < layer->filter.out_channels; ++channel) {
    int32_t sums[2];
    weights = dot_single(weights, bias[channel], words, layer->depth, sums);
    finish_single(layer, channel, sums[0], &first_out[channel], rounding);
    finish_single(layer, channel, sums[1], &second_out[channel], rounding);
  }
}

MCUGEN_INLINE void conv_2d(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                           int8_t *scratch, mcugen_rounding_t rounding) {
  const mcugen_filter_t *f = &layer->filter;
  uint32_t *words = (uint32_t *)(void *)scratch;
  int8_t *patch = scratch + 4 * layer->depth;
  position_t first = {in, 0, 0};
  uint32_t left = (uint32_t)f->batches * f->out_height * f->out_width;
  while (left != 0) {
    const uint32_t count = left > 1 ? 2 : 1;
    const position_t second = count == 2 ? next_position(f, first) : first;
    if (layer->pointwise) {
      gather_pixels(pixel(f, first), pixel(f, second), layer->depth, words);
    } else {
      gather(layer, first, words, patch);
      gather(layer, second, words + 1, patch);
    }
    all_channels(layer, words, out, out + (count - 1) * f->out_channels, rounding);
    out += 2 * f->out_channels;
    first = next_position(f, second);
    left -= count;
  }
}

void mcugen_conv_2d_dsp_double(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  conv_2d(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_dsp_single(const mcugen_conv_2d_dsp_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  conv_2d(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
