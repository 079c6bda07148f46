// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// CONV_2D with Helium: VMLADAVA adds sixteen products of a channel to its sum.
#define MCUGEN_LANES 4u
#define MCUGEN_TOGETHER 2u
#include "conv_2d_vector.h"
#include "dsp.h"
#include "mve.h"

// What positions see: `depth` taps, `stride` bytes from those of the position before.
typedef struct {
  const int8_t *in;
  uint32_t stride, depth;
} mcugen_view_t;

#ifdef __ARM_FEATURE_MVE
MCUGEN_INLINE void one_position(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                int8_t *out, mcugen_rounding_t rounding) {
  const int32x4_t low = vdupq_n_s32(layer->low), high = vdupq_n_s32(layer->high);
  const int32_t zero_point = layer->zero_point;
  const int8_t *weights = layer->weights;
  const int32_t *block = layer->channels;
  for (int32_t left = layer->filter.out_channels; left > 0; left -= (int32_t)MCUGEN_LANES) {
    mcugen_channels_t *channels = (mcugen_channels_t *)block;
    const int32x4_t sums = mcugen_dot_four(channels[0], weights, view.in, view.depth);
    int32x4_t values =
        mcugen_requantize_four(sums, vld1q_s32(channels[1]), vld1q_s32(channels[2]), rounding);
    values = vminq_s32(vmaxq_s32(vaddq_n_s32(values, zero_point), low), high);
    if (left >= (int32_t)MCUGEN_LANES) {
      vstrbq_s32(out, values);
    } else {
      vstrbq_p_s32(out, values, vctp32q((uint32_t)left));
    }
    out += MCUGEN_LANES;
    weights += MCUGEN_LANES * view.depth;
    block += 3u * MCUGEN_LANES;
  }
}

#if MCUGEN_DSP_ASSEMBLY
typedef struct {
  const int8_t *first, *last;  // the taps of both
  uint32_t turns;
  int32_t zero_point, left;  // channels
  int8_t *out, *next;
} pair_t;

// 128 multiplications.
// clang-format off
#define TURN(mla)                                                             \
  "vldrb.8 %q[v0], [r1], #16 \n vldrb.8 %q[v1], [r3], #16 \n"                 \
  "vldrb.8 %q[v2], [%[weights]], #16 \n vldrb.8 %q[v3], [%[weights]], #16 \n" \
  mla ".s8 r0, %q[v0], %q[v2] \n " mla ".s8 r8, %q[v1], %q[v2] \n"            \
  "vldrb.8 %q[v2], [%[weights]], #16 \n"                                      \
  mla ".s8 r2, %q[v0], %q[v3] \n " mla ".s8 r10, %q[v1], %q[v3] \n"           \
  "vldrb.8 %q[v3], [%[weights]], #16 \n"                                      \
  mla ".s8 r4, %q[v0], %q[v2] \n " mla ".s8 r12, %q[v1], %q[v2] \n"           \
  mla ".s8 r6, %q[v0], %q[v3] \n " mla ".s8 lr, %q[v1], %q[v3] \n"

// mcugen_requantize_four of v0 and v1 by v2 and v3.
#define REQUANTIZE_HIGH \
  "vqrdmulh.s32 %q[v0], %q[v0], %q[v2] \n vqrdmulh.s32 %q[v1], %q[v1], %q[v2] \n"
#define REQUANTIZE_SHIFT \
  "vrshl.s32 %q[v0], %q[v0], %q[v3] \n vrshl.s32 %q[v1], %q[v1], %q[v3] \n"
#define REQUANTIZE_RELU REQUANTIZE_HIGH REQUANTIZE_SHIFT
#define REQUANTIZE_DOUBLE                                                               \
  REQUANTIZE_HIGH "vshr.s32 %q[v2], %q[v0], #31 \n vqadd.s32 %q[v0], %q[v0], %q[v2] \n" \
  "vshr.s32 %q[v2], %q[v1], #31 \n vqadd.s32 %q[v1], %q[v1], %q[v2] \n" REQUANTIZE_SHIFT
#define REQUANTIZE_SINGLE                        \
  "mov r0, #1 \n vadd.i32 %q[v3], %q[v3], r0 \n" \
  "vmulh.s32 %q[v0], %q[v0], %q[v2] \n vmulh.s32 %q[v1], %q[v1], %q[v2] \n" REQUANTIZE_SHIFT
// clang-format on

// In C, GCC 12 moves its variables out of the eight registers of the sums for each block of
// channels: that takes 20 instructions more, of about 100.
// clang-format off
#define PAIR(requantize)                                                                         \
  __asm__ volatile(                                                                              \
      "1: ldrd r1, r3, [%[pair]] \n ldr r7, [%[pair], #8] \n" TURN("vmladav")                    \
      "subs r7, #1 \n beq 3f \n"                                                                 \
      "2: " TURN("vmladava") "subs r7, #1 \n bne 2b \n"                                          \
      "3: vmov %e[v0], r0, r2 \n vmov %f[v0], r4, r6 \n"                                         \
      "vmov %e[v1], r8, r10 \n vmov %f[v1], r12, lr \n vldrw.32 %q[v2], [%[block]], #16 \n"      \
      "vadd.i32 %q[v0], %q[v0], %q[v2] \n vadd.i32 %q[v1], %q[v1], %q[v2] \n"                    \
      "vldrw.32 %q[v2], [%[block]], #16 \n vldrw.32 %q[v3], [%[block]], #16 \n" requantize       \
      "ldrd r0, r2, [%[pair], #12] \n"                                                           \
      "vadd.i32 %q[v0], %q[v0], r0 \n vadd.i32 %q[v1], %q[v1], r0 \n"                            \
      "vmax.s32 %q[v0], %q[v0], %q[low] \n vmax.s32 %q[v1], %q[v1], %q[low] \n"                  \
      "vmin.s32 %q[v0], %q[v0], %q[high] \n vmin.s32 %q[v1], %q[v1], %q[high] \n"                \
      "ldrd r4, r6, [%[pair], #20] \n vctp.32 r2 \n vpstt \n"                                    \
      "vstrbt.32 %q[v0], [r4], #4 \n vstrbt.32 %q[v1], [r6], #4 \n"                              \
      "subs r2, #4 \n strd r2, r4, [%[pair], #16] \n str r6, [%[pair], #24] \n bgt 1b \n"        \
      : [v0] "=&w"(v0), [v1] "=&w"(v1), [v2] "=&w"(v2), [v3] "=&w"(v3), [weights] "+r"(weights), \
        [block] "+r"(block)                                                                      \
      : [pair] "r"(base), [low] "w"(low), [high] "w"(high)                                       \
      : "r0", "r1", "r2", "r3", "r4", "r6", "r7", "r8", "r10", "r12", "lr", "cc", "memory")
// clang-format on

MCUGEN_INLINE void two_positions(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                 int8_t *out, mcugen_rounding_t rounding) {
  const int32_t count = layer->filter.out_channels;
  pair_t pair = {view.in,    view.in + view.stride, view.depth / 16u, layer->zero_point, count, out,
                 out + count};
  const int32x4_t low = vdupq_n_s32(layer->low), high = vdupq_n_s32(layer->high);
  register const int8_t *weights __asm__("r5") = layer->weights;
  register const int32_t *block __asm__("r9") = layer->channels;
  register pair_t *base __asm__("r11") = &pair;
  int32x4_t v0, v1, v2, v3;
  if (rounding == MCUGEN_ROUND_RELU) {
    PAIR(REQUANTIZE_RELU);
  } else if (rounding == MCUGEN_ROUND_DOUBLE) {
    PAIR(REQUANTIZE_DOUBLE);
  } else {
    PAIR(REQUANTIZE_SINGLE);
  }
}
#else
MCUGEN_INLINE void two_positions(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                 int8_t *out, mcugen_rounding_t rounding) {
  one_position(layer, view, out, rounding);
  view.in += view.stride;
  one_position(layer, view, out + layer->filter.out_channels, rounding);
}
#endif

MCUGEN_INLINE void mcugen_every_channel(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                        int8_t *out, uint32_t positions,
                                        mcugen_rounding_t rounding) {
  if (positions == 1) {
    one_position(layer, view, out, rounding);
  } else {
    two_positions(layer, view, out, rounding);
  }
}
#else
typedef struct {
  int32_t lane[MCUGEN_LANES];
} mcugen_sums_t;  // of four channels

typedef mcugen_channels_t *mcugen_factors_t;

MCUGEN_INLINE mcugen_factors_t mcugen_load_factors(mcugen_channels_t *channels) { return channels; }

MCUGEN_INLINE void mcugen_sum_block(mcugen_sums_t *sums, uint32_t positions, const int32_t *start,
                                    const int8_t *weights, mcugen_view_t view) {
  for (uint32_t p = 0; p < positions; ++p) {
    for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
      int32_t sum = start[i];
      for (uint32_t k = 0; k < view.depth; ++k) {
        const int8_t w = weights[(k / 16 * MCUGEN_LANES + i) * 16 + k % 16];
        sum = mcugen_add(sum, w * view.in[p * view.stride + k]);
      }
      sums[p].lane[i] = sum;
    }
  }
}

MCUGEN_INLINE void mcugen_finish(int8_t *out, uint32_t count, mcugen_sums_t sums,
                                 mcugen_factors_t channels, mcugen_output_t range,
                                 mcugen_rounding_t rounding) {
  for (uint32_t i = 0; i < MCUGEN_LANES && i < count; ++i) {
    out[i] = mcugen_finish_one(sums.lane[i], channels[1][i], channels[2][i], range, rounding);
  }
}

#include "conv_2d_channels.h"
#endif

#include "conv_2d_tiles.h"

void mcugen_conv_2d_mve_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  mcugen_conv_2d_tiles(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_conv_2d_mve_relu_double(const mcugen_conv_2d_vector_t *layer, const int8_t *in,
                                    int8_t *out, int8_t *scratch) {
  mcugen_conv_2d_tiles(layer, in, out, scratch, MCUGEN_ROUND_RELU);
}

void mcugen_conv_2d_mve_single(const mcugen_conv_2d_vector_t *layer, const int8_t *in, int8_t *out,
                               int8_t *scratch) {
  mcugen_conv_2d_tiles(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
