// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "copy.h"

#include "dsp.h"

// By words: the memcpy of small C libraries goes byte by byte.
static void copy_run(const uint8_t *in, uint8_t *out, uint32_t bytes) {
  uint32_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    const uint32_t words[4] = {mcugen_load_word(&in[i]), mcugen_load_word(&in[i + 4]),
                               mcugen_load_word(&in[i + 8]), mcugen_load_word(&in[i + 12])};
    mcugen_store_word(&out[i], words[0]);
    mcugen_store_word(&out[i + 4], words[1]);
    mcugen_store_word(&out[i + 8], words[2]);
    mcugen_store_word(&out[i + 12], words[3]);
  }
  for (; i + 4 <= bytes; i += 4) {
    mcugen_store_word(&out[i], mcugen_load_word(&in[i]));
  }
  for (; i < bytes; ++i) {
    out[i] = in[i];
  }
}

// The innermost axis.
static void copy_runs(const mcugen_copy_t *layer, const uint8_t *in, uint8_t *out) {
  const int32_t in_step = layer->in_steps[MCUGEN_COPY_AXES - 1];
  const int32_t out_step = layer->out_steps[MCUGEN_COPY_AXES - 1];
  for (uint32_t i = layer->sizes[MCUGEN_COPY_AXES - 1]; i != 0; --i) {
    if (layer->run == 1) {
      *out = *in;
    } else {
      copy_run(in, out, layer->run);
    }
    in += in_step;
    out += out_step;
  }
}

void mcugen_copy(const mcugen_copy_t *layer, const void *in, void *out) {
  const uint32_t *sizes = layer->sizes;
  const int32_t *from = layer->in_steps;
  const int32_t *to = layer->out_steps;
  const uint8_t *source = (const uint8_t *)in + layer->in_start;
  uint8_t *target = (uint8_t *)out + layer->out_start;
  for (int32_t i = 0; i < (int32_t)sizes[0]; ++i) {
    for (int32_t j = 0; j < (int32_t)sizes[1]; ++j) {
      for (int32_t k = 0; k < (int32_t)sizes[2]; ++k) {
        for (int32_t l = 0; l < (int32_t)sizes[3]; ++l) {
          copy_runs(layer, source + (i * from[0] + j * from[1] + k * from[2] + l * from[3]),
                    target + (i * to[0] + j * to[1] + k * to[2] + l * to[3]));
        }
      }
    }
  }
}

void mcugen_copy_constant(const mcugen_copy_t *layer, void *out) {
  mcugen_copy(layer, layer->constant, out);
}

void mcugen_fill(const mcugen_fill_t *layer, void *out) {
  const uint32_t word = (uint32_t)(layer->value & 0xFF) * UINT32_C(0x01010101);
  uint8_t *bytes = out;
  uint32_t i = 0;
  for (; i + 4 <= layer->count; i += 4) {
    mcugen_store_word(&bytes[i], word);
  }
  for (; i < layer->count; ++i) {
    bytes[i] = (uint8_t)(word & 0xFFu);
  }
}
