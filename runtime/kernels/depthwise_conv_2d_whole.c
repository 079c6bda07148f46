// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// DEPTHWISE_CONV_2D of filters as large as the image, for cores with DSP instructions: one output
// per channel, so that channels are taken as they lie, four at a time and two taps per multiply.
#include "depthwise_conv_2d.h"

#include "dsp.h"

typedef mcugen_depthwise_conv_2d_whole_t layer_t;

typedef struct {
  int32_t sum[4];
} sums_t;

// Two taps of four channels; `weights` are those of channels {0, 1}, of {2, 3}.
MCUGEN_INLINE sums_t multiply(uint32_t first, uint32_t second, const uint32_t *weights, sums_t s) {
  const uint32_t low = mcugen_pack_low(first, second);
  const uint32_t high = mcugen_pack_high(first, second);
  s.sum[0] = mcugen_smlad(mcugen_sxtb16(low), mcugen_sxtb16(weights[0]), s.sum[0]);
  s.sum[1] = mcugen_smlad(mcugen_sxtb16_ror8(low), mcugen_sxtb16_ror8(weights[0]), s.sum[1]);
  s.sum[2] = mcugen_smlad(mcugen_sxtb16(high), mcugen_sxtb16(weights[1]), s.sum[2]);
  s.sum[3] = mcugen_smlad(mcugen_sxtb16_ror8(high), mcugen_sxtb16_ror8(weights[1]), s.sum[3]);
  return s;
}

MCUGEN_INLINE void whole(const layer_t *layer, const int8_t *in, int8_t *out,
                         mcugen_rounding_t rounding) {
  for (uint32_t batch = 0; batch < layer->batches; ++batch) {
    const uint32_t *stream = layer->channels;
    for (uint32_t c = 0; c < layer->count; c += 4) {
      const int32_t *start = (const int32_t *)stream;
      sums_t s = {{start[0], start[1], start[2], start[3]}};
      const int8_t *at = in + c;
      stream += 4;
      for (uint32_t left = layer->taps; left != 0; left -= left > 1 ? 2 : 1) {
        const int8_t *next = left > 1 ? at + layer->count : at;  // a last single tap has a weight 0
        s = multiply(mcugen_load_word(at), mcugen_load_word(next), stream, s);
        stream += 2;
        at = next + layer->count;
      }
      for (uint32_t i = 0; i < 4; ++i) {
        const mcugen_requant_s8_t by = {(int32_t)stream[0], (int32_t)stream[1], stream[2]};
        const int32_t sum =
            rounding == MCUGEN_ROUND_DOUBLE ? mcugen_shift_left(s.sum[i], 1) : s.sum[i];
        out[c + i] = (int8_t)mcugen_requantize_channel(sum, &by, rounding);
        stream += 3;
      }
    }
    in += (uint32_t)layer->taps * layer->count;
    out += layer->count;
  }
}

void mcugen_depthwise_conv_2d_whole_double(const mcugen_depthwise_conv_2d_whole_t *layer,
                                           const int8_t *in, int8_t *out) {
  whole(layer, in, out, MCUGEN_ROUND_DOUBLE);
}

void mcugen_depthwise_conv_2d_whole_single(const mcugen_depthwise_conv_2d_whole_t *layer,
                                           const int8_t *in, int8_t *out) {
  whole(layer, in, out, MCUGEN_ROUND_SINGLE);
}
