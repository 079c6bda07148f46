// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D with Helium: sixteen channels at a time. Products of even and of odd channels
// land in two vectors of int16, where those of two taps still fit (no weight is -128), then in four
// of int32. The constants have their order, channels 0, 4, 8, 12; 2, 6, 10, 14; 1, 5, 9, 13; 3, 7,
// 11, 15; narrowing undoes it.
#define MCUGEN_LANES 16u
#include "mve.h"

#ifdef __ARM_FEATURE_MVE
// clang-format off
// Adds the products in `even` and `odd` to the sums.
#define ADD_PRODUCTS                                                   \
  "vmovlb.s16 %q[w], %q[even] \n vmovlt.s16 %q[even], %q[even] \n"     \
  "vadd.i32 %q[a], %q[a], %q[w] \n vadd.i32 %q[b], %q[b], %q[even] \n" \
  "vmovlb.s16 %q[w], %q[odd] \n vmovlt.s16 %q[odd], %q[odd] \n"        \
  "vadd.i32 %q[d], %q[d], %q[w] \n vadd.i32 %q[e], %q[e], %q[odd] \n"

#define NEXT_CONSTANTS(sums, instruction) \
  "vldrw.32 %q[x], [%[block]], #16 \n" instruction ".s32 %q[" sums "], %q[" sums "], %q[x] \n"
#define MULTIPLY(instruction)                                       \
  NEXT_CONSTANTS("a", instruction) NEXT_CONSTANTS("b", instruction) \
  NEXT_CONSTANTS("d", instruction) NEXT_CONSTANTS("e", instruction)
#define NUDGE(sums)                      \
  "vshr.s32 %q[x], %q[" sums "], #31 \n" \
  "vqadd.s32 %q[" sums "], %q[" sums "], %q[x] \n"
#define SHIFT_ONE_LESS(sums)                                              \
  "vldrw.32 %q[x], [%[block]], #16 \n vadd.i32 %q[x], %q[x], %[first] \n" \
  "vrshl.s32 %q[" sums "], %q[" sums "], %q[x] \n"
#define CLAMP                                                \
  "ldrd %[first], %[last], [%[range], #4] \n"                \
  "vdup.8 %q[b], %[first] \n vmax.s8 %q[a], %q[a], %q[b] \n" \
  "vdup.8 %q[b], %[last] \n vmin.s8 %q[a], %q[a], %q[b] \n"

// mcugen_requantize_four of all sums.
#define REQUANTIZE_RELU MULTIPLY("vqrdmulh") MULTIPLY("vrshl")
#define REQUANTIZE_DOUBLE \
  MULTIPLY("vqrdmulh") NUDGE("a") NUDGE("b") NUDGE("d") NUDGE("e") MULTIPLY("vrshl")
#define REQUANTIZE_SINGLE                                                         \
  MULTIPLY("vmulh") "mov %[first], #1 \n" SHIFT_ONE_LESS("a") SHIFT_ONE_LESS("b") \
  SHIFT_ONE_LESS("d") SHIFT_ONE_LESS("e")

// The weights are [taps][MCUGEN_LANES]. A vector of inputs is loaded again, as its products
// overwrite it. At the end the lower halves are written in place, then the upper ones, saturating:
// a sum that does not fit 16 bits ends at `low` or `high` all the same.
#define BLOCK(requantize, clamp)                                                                  \
  __asm__ volatile(                                                                               \
      "vldrw.32 %q[a], [%[block]], #16 \n vldrw.32 %q[b], [%[block]], #16 \n"                     \
      "vldrw.32 %q[d], [%[block]], #16 \n vldrw.32 %q[e], [%[block]], #16 \n"                     \
      "lsrs %[last], %[last], #1 \n bcc 1f \n"                                                    \
      "ldr %[first], [%[taps]], #4 \n add %[first], %[at] \n"                                     \
      "vldrb.8 %q[x], [%[first]] \n vldrb.8 %q[w], [%[weights]], #16 \n"                          \
      "vmullb.s8 %q[even], %q[x], %q[w] \n vmullt.s8 %q[odd], %q[x], %q[w] \n" ADD_PRODUCTS       \
      "1: wls lr, %[last], 3f \n"                                                                 \
      "2: ldrd %[first], %[last], [%[taps]], #8 \n"                                               \
      "add %[first], %[at] \n add %[last], %[at] \n"                                              \
      "vldrb.8 %q[odd], [%[first]] \n vldrb.8 %q[w], [%[weights]], #16 \n"                        \
      "vmullb.s8 %q[even], %q[odd], %q[w] \n vmullt.s8 %q[odd], %q[odd], %q[w] \n"                \
      "vldrb.8 %q[x], [%[last]] \n vldrb.8 %q[w], [%[weights]], #16 \n"                           \
      "vmullb.s8 %q[x], %q[x], %q[w] \n vadd.i16 %q[even], %q[even], %q[x] \n"                    \
      "vldrb.8 %q[x], [%[last]] \n"                                                               \
      "vmullt.s8 %q[x], %q[x], %q[w] \n vadd.i16 %q[odd], %q[odd], %q[x] \n" ADD_PRODUCTS         \
      "le lr, 2b \n"                                                                              \
      "3: " requantize                                                                            \
      "vqmovnb.s32 %q[a], %q[a] \n vqmovnt.s32 %q[a], %q[b] \n"                                   \
      "vqmovnb.s32 %q[d], %q[d] \n vqmovnt.s32 %q[d], %q[e] \n"                                   \
      "ldr %[first], [%[range]] \n"                                                               \
      "vqadd.s16 %q[a], %q[a], %[first] \n vqadd.s16 %q[d], %q[d], %[first] \n"                   \
      "vqmovnb.s16 %q[a], %q[a] \n vqmovnt.s16 %q[a], %q[d] \n" clamp                             \
      "vstrb.8 %q[a], [%[out]] \n"                                                                \
      : [a] "=&w"(a), [b] "=&w"(b), [d] "=&w"(d), [e] "=&w"(e), [even] "=&w"(even),               \
        [odd] "=&w"(odd), [w] "=&w"(w), [x] "=&w"(x), [taps] "+r"(taps), [weights] "+r"(weights), \
        [block] "+r"(block), [first] "=&r"(first), [last] "+r"(count)                             \
      : [at] "r"(at), [out] "r"(out), [range] "r"(range)                                          \
      : "cc", "lr", "memory")
// clang-format on

// The channels from `at` bytes behind the taps on. In C, GCC 12 spills vectors: 31 instructions for
// two taps, here 23.
MCUGEN_INLINE void mcugen_block(mcugen_channels_t *channels, const int8_t *weights,
                                const int8_t *const *taps, uint32_t count, uint32_t at, int8_t *out,
                                const mcugen_output_t *range, mcugen_rounding_t rounding) {
  const int32_t *block = channels[0];
  int32x4_t a, b, d, e;
  int8x16_t even, odd, w, x;
  const int8_t *first;
  if (rounding == MCUGEN_ROUND_RELU) {
    BLOCK(REQUANTIZE_RELU, "");
  } else if (rounding == MCUGEN_ROUND_DOUBLE) {
    BLOCK(REQUANTIZE_DOUBLE, CLAMP);
  } else {
    BLOCK(REQUANTIZE_SINGLE, CLAMP);
  }
}
#else
MCUGEN_INLINE uint32_t channel_of(uint32_t lane) {
  static const uint8_t FIRST[4] = {0, 2, 1, 3};
  return lane % 4u * 4u + FIRST[lane / 4u];
}

MCUGEN_INLINE void mcugen_block(mcugen_channels_t *channels, const int8_t *weights,
                                const int8_t *const *taps, uint32_t count, uint32_t at, int8_t *out,
                                const mcugen_output_t *range, mcugen_rounding_t rounding) {
  for (uint32_t i = 0; i < MCUGEN_LANES; ++i) {
    const uint32_t channel = channel_of(i);
    int32_t sum = channels[0][i];
    for (uint32_t t = 0; t < count; ++t) {
      sum = mcugen_add(sum, taps[t][at + channel] * weights[t * MCUGEN_LANES + channel]);
    }
    out[channel] = mcugen_finish_one(sum, channels[1][i], channels[2][i], *range, rounding);
  }
}
#endif

#include "depthwise_conv_2d_blocks.h"

void mcugen_depthwise_conv_2d_mve_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_depthwise_conv_2d_blocks(layer, in, out, scratch, MCUGEN_ROUND_DOUBLE);
}

void mcugen_depthwise_conv_2d_mve_relu_double(const mcugen_depthwise_conv_2d_vector_t *layer,
                                              const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_depthwise_conv_2d_blocks(layer, in, out, scratch, MCUGEN_ROUND_RELU);
}

void mcugen_depthwise_conv_2d_mve_single(const mcugen_depthwise_conv_2d_vector_t *layer,
                                         const int8_t *in, int8_t *out, int8_t *scratch) {
  mcugen_depthwise_conv_2d_blocks(layer, in, out, scratch, MCUGEN_ROUND_SINGLE);
}
