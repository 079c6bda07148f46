// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// All output channels of up to MCUGEN_TOGETHER positions, for every instruction set: its header
// brings MCUGEN_LANES, what positions see (mcugen_view_t), the sums of a block and how they end.
#ifndef MCUGEN_KERNELS_CONV_2D_CHANNELS_H
#define MCUGEN_KERNELS_CONV_2D_CHANNELS_H

#include "conv_2d_vector.h"

MCUGEN_INLINE void mcugen_every_channel(const mcugen_conv_2d_vector_t *layer, mcugen_view_t view,
                                        int8_t *out, uint32_t positions,
                                        mcugen_rounding_t rounding) {
  const mcugen_output_t range = {layer->zero_point, layer->low, layer->high};
  const uint32_t count = layer->filter.out_channels;
  const int8_t *weights = layer->weights;
  const int32_t *block = layer->channels;
  for (int32_t left = (int32_t)count; left > 0; left -= (int32_t)MCUGEN_LANES) {
    mcugen_channels_t *channels = (mcugen_channels_t *)block;
    mcugen_sums_t sums[MCUGEN_TOGETHER];
    mcugen_sum_block(sums, positions, channels[0], weights, view);
    const mcugen_factors_t factors = mcugen_load_factors(channels);
    MCUGEN_UNROLL for (uint32_t p = 0; p < positions; ++p) {
      mcugen_finish(out + p * count, (uint32_t)left, sums[p], factors, range, rounding);
    }
    out += MCUGEN_LANES;
    weights += MCUGEN_LANES * layer->depth;
    block += 3u * MCUGEN_LANES;
  }
}

#endif
